"""Streamlit's own words, which are English only, and what stands in their place. The browser puts them there: ``ui/web/parts/desk.js``.

``{}`` stands for any text, which is taken over.
"""

from __future__ import annotations

from collections.abc import Mapping

from rag.records import Language

_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December")

ENGLISH: Mapping[str, str] = {
    # What Streamlit knows of its server is for who develops it.
    "Connection error": "Seorap does not answer",
    "Streamlit server is not responding. Are you connected to the internet?": "It was probably closed. Start it again with seorap serve, and open the address it prints.",
    "Upload": "Choose files",
}

KOREAN: Mapping[str, str] = {
    # --- the page
    "Skip to main content": "본문으로 건너뛰기",
    "Sidebar": "옆 메뉴",
    "Collapse sidebar": "옆 메뉴 접기",
    "Expand sidebar": "옆 메뉴 펴기",
    "Close": "닫기",
    "Dismiss": "닫기",
    "Open": "열기",
    "Notifications": "알림",
    "Running...": "처리하는 중 …",
    "Please wait...": "잠시 기다려 주세요 …",
    "Connecting": "연결하는 중",
    "Connection error": "서랍 프로그램이 응답하지 않습니다",
    "Streamlit server is not responding. Are you connected to the internet?": "서랍이 꺼진 것 같습니다. seorap serve로 다시 켜고, 나오는 주소를 열어 주세요.",
    "Page not found": "없는 화면입니다",
    "You have requested page /{}, but no corresponding file was found in the app's pages/ directory. Running the app's main page.": "{} 화면은 없어서 첫 화면을 "
    "엽니다.",
    # --- the question
    "Send message": "보내기",
    "Submit": "보내기",
    "Stop": "멈추기",
    "Stop script": "멈추기",
    # --- text
    "Press Enter to apply": "엔터를 누르면 적용됩니다",
    "Press Enter to submit form": "엔터를 누르면 보냅니다",
    "Press Ctrl+Enter to apply": "Ctrl+엔터를 누르면 적용됩니다",
    "Press Ctrl+Enter to submit form": "Ctrl+엔터를 누르면 보냅니다",
    "Press ⌘+Enter to apply": "⌘+엔터를 누르면 적용됩니다",
    "Press ⌘+Enter to submit form": "⌘+엔터를 누르면 보냅니다",
    "Clear entry": "지우기",
    "Show password": "암호 보이기",
    "Hide password": "암호 가리기",
    # --- choices
    "Clear all": "모두 지우기",
    "Clear value": "지우기",
    "Select all": "모두 고르기",
    "Select {} matches": "찾은 {}개 모두 고르기",
    "Selected values": "고른 것",
    "Multiselect options": "고를 수 있는 것",
    "Selectbox options": "고를 수 있는 것",
    "Remove {}": "{} 빼기",
    "Remove": "빼기",
    "No results": "없습니다",
    "No options to select": "고를 것이 없습니다",
    "No options to select.": "고를 것이 없습니다.",
    "Choose options": "고르기",
    "Choose an option": "고르기",
    "You can only select up to {} options. Remove an option first.": "{}개까지 고를 수 있습니다. 하나를 먼저 빼 주세요.",
    "{} option available.": "고를 것 {}개",
    "{} options available.": "고를 것 {}개",
    "{}, selected": "{}, 선택됨",
    # --- days
    "year, {}": "연도, {}",
    "month, {}": "월, {}",
    "day, {}": "일, {}",
    "yyyy": "연도",
    "mm": "월",
    "dd": "일",
    "Empty": "비어 있음",
    "Choose date": "날짜 고르기",
    "Choose date, {}": "날짜 고르기, {}",
    "Clear date": "날짜 지우기",
    "Select a date.": "날짜를 고르세요.",
    "Selected Date: {}": "고른 날짜: {}",
    **{f"{number} – {month}": f"{number}월" for number, month in enumerate(_MONTHS, 1)},
    **{f"{number:02} – {month}": f"{number}월" for number, month in enumerate(_MONTHS, 1)},
    "Error": "오류",
    "Error:": "오류:",
    ": Date set outside allowed range. Please select a date between {} and {}.": ": {}부터 {}까지의 날짜를 골라 주세요.",
    "Error: Date set outside allowed range. Please select a date between {} and {}.": "오류: {}부터 {}까지의 날짜를 골라 주세요.",
    "Previous month": "이전 달",
    "Next month": "다음 달",
    "Use arrow keys to navigate dates. Enter to select. Escape to close.": "화살표 키로 날짜를 옮기고 엔터로 고릅니다. 닫으려면 Esc를 누르세요.",
    # --- files
    "Upload": "파일 고르기",
    "file upload": "파일 고르기",
    "Drag and drop files here": "여기에 파일을 놓으세요",
    "Drag and drop a file here": "여기에 파일을 놓으세요",
    "Add files": "파일 더 넣기",
    "File must be {} or smaller.": "{} 이하인 파일만 넣을 수 있습니다.",
    "{} files are not allowed.": "이런 종류의 파일은 읽을 수 없습니다.",
    "add icon": "더 넣기",
    "Only one file is allowed.": "파일은 하나만 넣을 수 있습니다.",
    "Unexpected error. Please try again.": "넣지 못했습니다. 다시 해 보세요.",
    "Connection lost. Please wait for the app to reconnect, then try again.": "연결이 끊겼습니다. 다시 이어지면 넣어 주세요.",
}

IN: Mapping[Language, Mapping[str, str]] = {"en": ENGLISH, "ko": KOREAN}
