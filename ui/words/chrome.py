"""Streamlit's own words, which are English only, and what stands in their place. The browser puts them there: ``ui/web/parts/desk.js``."""

from __future__ import annotations

from collections.abc import Mapping

from rag.records import Language

KOREAN: Mapping[str, str] = {
    "Stop": "멈추기",
    "Close": "닫기",
    "Open": "열기",
    "Clear all": "모두 지우기",
    "Clear value": "지우기",
    "Collapse sidebar": "옆줄 접기",
    "Expand sidebar": "옆줄 펴기",
    "Show password text": "암호 보이기",
    "Hide password text": "암호 가리기",
    "Press Enter to apply": "엔터를 누르면 적용됩니다",
    "Press Enter to submit form": "엔터를 누르면 보냅니다",
    "Press Ctrl+Enter to apply": "Ctrl+엔터를 누르면 적용됩니다",
    "Press Ctrl+Enter to submit form": "Ctrl+엔터를 누르면 보냅니다",
    "No results": "없습니다",
    "No options to select": "고를 것이 없습니다",
    "Choose options": "고르기",
    "Choose an option": "고르기",
    "Select a date.": "날짜를 고르세요.",
    "Connection error": "연결이 끊겼습니다",
    "Connecting": "연결하는 중",
    "Running...": "처리하는 중 …",
    "Send message": "보내기",
    "Submit": "보내기",
    "Remove": "빼기",
    "Selected values": "고른 항목",
}

IN: Mapping[Language, Mapping[str, str]] = {"en": {}, "ko": KOREAN}
