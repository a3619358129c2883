"""Korean words and their English for what contracts, work rules, leaflets and accounts speak of. Pure.

A question in one language shares no words with a document in the other: this gives it some. It is a glossary, not a translation:
several English words may stand for a Korean one, and what is not in it is left to the embedder.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from rag.library.fulltext import spans, terms

_GLOSSARY = """
계약: contract, agreement | 계약서: contract, agreement | 합의: agreement | 당사자: party | 조항: clause, provision | 조건: condition, terms
계약기간: term of the agreement | 기간: period, term | 갱신: renewal, renew | 연장: extension, extend | 종료: termination, end, expiry | 만료: expiry, expiration
해지: termination, terminate | 해제: rescission, rescind, cancel | 취소: cancel, cancellation | 중도: early | 통지: notice, notify | 통보: notice, notify | 알려: notify, inform
서면: written, in writing | 동의: consent | 승인: approval, approve | 허가: permission, permit | 허락: permission, consent | 거절: refuse, refusal | 요청: request | 요구: demand, require
의무: obligation, duty | 책임: liability, responsible, responsibility | 권리: right | 권한: authority | 위반: breach, violation | 불이행: default, non-performance | 이행: perform, performance
손해: damage, loss | 배상: compensation, damages, indemnify | 손해배상: damages, indemnity, compensation | 면책: exemption, disclaimer, exclusion of liability | 위약금: penalty, liquidated damages | 벌금: fine, penalty
준거법: governing law | 관할: jurisdiction | 법원: court | 중재: arbitration | 분쟁: dispute | 소송: litigation, lawsuit | 법률: law | 법령: law, statute | 규정: regulation, rule | 법: law
양도: assign, assignment, transfer | 전대: sublet, sublease | 재위탁: subcontract, sub-processor | 하도급: subcontract | 위탁: entrust, outsource | 수탁자: processor, trustee | 위임: delegate, proxy
비밀: confidential, secret | 비밀정보: confidential information | 비밀유지: confidentiality | 기밀: confidential | 공개: disclose, disclosure | 누설: disclose, leak | 제3자: third party | 반환: return | 폐기: destroy, destruction | 사본: copy | 보관: keep, retain, store | 보존: retain, retention | 표시: mark, label | 역설계: reverse engineer | 구두: oral, verbal
임차인: tenant, lessee | 임대인: landlord, lessor | 임대차: lease, tenancy | 임대료: rent | 의사표시: declaration of intent | 월세: rent, monthly rent | 차임: rent | 보증금: deposit | 관리비: service charge, maintenance fee | 건물: building, premises | 주택: house, dwelling | 부동산: real estate, property | 수리: repair | 원상회복: restore, reinstate | 연체: overdue, late, arrears
공급자: supplier, provider | 공급: supply | 고객: customer, client | 구매자: buyer, purchaser | 판매자: seller | 구매: purchase | 판매: sale, sell | 납품: delivery | 인도: delivery | 배송: delivery, shipping | 검수: acceptance, inspection | 하자: defect | 보증: warranty, guarantee | 품질: quality | 서비스: service | 가용성: availability, uptime | 유지보수: maintenance, support | 지원: support | 장애인: disabled person, person with a disability | 경기도: gyeonggi | 인도네시아: indonesia
대금: price, payment | 가격: price | 요금: fee, charge | 수수료: fee, commission | 비용: cost, expense | 지급: pay, payment | 납부: pay, payment | 결제: payment | 청구: claim, invoice, bill | 청구서: invoice | 이자: interest | 이율: interest rate, rate | 환불: refund | 할인: discount | 세금: tax | 부가세: VAT, value added tax | 부가가치세: VAT, value added tax | 통화: currency, call | 계정: account | 금액: amount | 한도: limit, cap
사원: employee | 직원: employee, staff | 근로자: employee, worker | 임직원: employee, officer | 회사: company | 사용자: user, employer | 고용: employment, employ | 채용: hire, recruit | 근로: work, employment | 근무: work, service | 근로시간: working hours | 휴가: leave, vacation | 연차: annual leave | 병가: sick leave | 유급: paid | 무급: unpaid | 출산: birth, childbirth, maternity | 육아휴직: parental leave, childcare leave | 휴직: leave of absence | 임금: wage, pay | 급여: salary, pay | 수당: allowance | 상여금: bonus | 퇴직: retirement, resignation | 퇴직금: severance pay | 정년: retirement age | 해고: dismissal, dismiss | 징계: discipline, disciplinary | 감봉: pay cut | 수습: probation, probationary | 수습기간: probationary period, probation | 지각: late | 결근: absence | 출장: business trip, travel | 교육: training, education | 재택근무: remote work, work from home | 초과근무: overtime | 연장근로: overtime | 휴일: holiday | 휴게: break, rest
개인정보: personal information, personal data | 정보주체: data subject | 정보: information, data | 데이터: data | 유출: leak, breach | 침해: breach, infringement | 처리: process, processing | 수집: collect, collection | 이용: use | 제공: provide, disclose | 삭제: delete, erase, erasure | 파기: destroy, destruction | 열람: access, inspect | 정정: correct, rectify | 암호화: encrypt, encryption | 비밀번호: password | 보호: protection, protect | 보안: security | 책임자: officer, person in charge | 감사: audit | 점검: check, inspection | 신고: report, notify | 접근: access | 녹음: recording | 기록: record, log | 백업: backup | 쿠키: cookie | 광고: advertising
이사회: board of directors, board | 이사: director | 대표이사: chief executive officer, representative director | 감사위원회: audit committee | 주주: shareholder, stockholder | 주주총회: general meeting, shareholders meeting | 주식: share, stock | 배당: dividend | 배당금: dividend | 의결: resolution, resolve | 결의: resolution, resolve | 의사록: minutes | 회의록: minutes | 회의: meeting | 안건: agenda, item | 출석: attend, attendance, present | 의장: chair, chairman | 선임: appoint, elect | 투자: investment | 차입: borrow, loan | 대출: loan | 예산: budget | 담보: collateral, security | 합병: merger | 인수: acquisition, acquire
매출: revenue, sales | 매출액: revenue, net sales | 영업이익: operating income, operating profit | 순이익: net income, profit | 이익: profit, income | 손실: loss | 자산: assets | 부채: liabilities, debt | 자본: equity, capital | 현금: cash | 재고: inventory | 감가상각: depreciation | 회계연도: fiscal year | 회계: accounting | 재무제표: financial statements | 분기: quarter | 연도: year
환자: patient | 의사: doctor, physician | 약사: pharmacist | 의약품: medicine, drug | 약: medicine, drug | 복용: take, taking, dose | 용량: dose, dosage | 투여: administer, administration | 정제: tablet | 알약: tablet, pill | 캡슐: capsule | 주사: injection | 처방: prescription, prescribe | 부작용: side effect, adverse reaction | 이상반응: adverse reaction, side effect | 증상: symptom | 진단: diagnosis, diagnostic | 검사: test, examination | 치료: treatment, therapy | 수술: surgery, operation | 출혈: bleeding | 통증: pain | 두통: headache | 발열: fever | 감염: infection | 바이러스: virus, viral | 백신: vaccine | 임신: pregnancy, pregnant | 임부: pregnant | 수유: breastfeeding, breast-feeding | 어린이: children | 소아: children, paediatric | 간질환: liver disease, hepatic disease | 간기능: liver function, hepatic function | 신장: kidney, renal | 심장: heart, cardiac | 혈압: blood pressure | 당뇨: diabetes | 알레르기: allergy, allergic | 음주: alcohol | 금기: contraindication, contraindicated | 상호작용: interaction | 과량: overdose | 보관방법: storage, store | 식후: after meals, after food | 공복: empty stomach | 하루: day, daily | 병원: hospital | 의료인: healthcare worker, health care | 마스크: mask | 단백질: protein | 유전자: gene | 유전체: genome | 세포: cell | 항체: antibody | 혈액: blood | 검체: sample, specimen | 임상시험: clinical trial, trial | 코로나19: covid-19, 2019-ncov | 사스: sars | 메르스: mers | 간염: hepatitis | 환자수: number of patients | 사망: death, mortality | 전파: transmission, spread | 잠복기: incubation period | 노출: exposure | 연구: study, research | 결과: result | 위험: risk | 비율: proportion, rate, percentage
사용: use | 시간: hour, time | 요일: day of the week | 병: bottle, disease | 개봉: open | 층: floor | 출입: access, entry | 운전: drive, driving | 저장: store, save | 나라: country | 차량: vehicle | 주차: parking | 가족: family | 배우자: spouse | 나이: age | 연령: age | 입사: join, hire | 신규: new | 위원회: committee | 시설자금: facility loan | 공장: factory, plant | 목적: purpose | 범위: scope | 정의: definition, define | 예외: exception | 금지: prohibit, forbid | 제한: limit, restrict | 허용: allow, permit | 필요: require, need | 제출: submit | 신청: apply, application | 절차: procedure | 기한: deadline, period | 날짜: date | 시작: start, commence, begin | 효력: effect, effective | 서명: sign, signature | 날인: seal | 주소: address | 이름: name | 연락처: contact | 이메일: email | 전화: telephone, phone, call | 담당자: person in charge, contact | 부서: department | 본사: headquarters, head office | 국가: country, state | 정부: government | 기관지염: bronchitis | 기관: agency, institution, organ | 협회: association, federation | 대표: representative | 자문: advisor, consultant | 고문: advisor, consultant | 변호사: lawyer, attorney | 보험: insurance | 특허: patent | 상표: trademark | 저작권: copyright | 지식재산: intellectual property | 라이선스: licence, license | 사용권: licence, license | 소프트웨어: software | 제품: product | 장비: equipment | 시설: facility | 안전: safety | 사고: accident, incident | 화재: fire | 불가항력: force majeure | 환경: environment | 개발: develop, development | 독자적: independently | 권유: solicit | 대리인: representative, agent | 협상: negotiation, negotiate | 존재: existence | 1주당: per share | 주당: per share, per week | 매월: monthly, each month | 매년: annual, each year | 최대: maximum, up to | 최소: minimum, at least
선거: election | 대통령: president | 국회의원: member of the national assembly, lawmaker | 당선: elected | 영화: film, movie | 배우: actor, actress | 가수: singer | 감독: director | 앨범: album | 노래: song | 음악: music | 작품: work | 수상: award, prize | 축구: football, soccer | 선수: player | 월드컵: world cup | 득점: goal, score | 이적료: transfer fee | 대학: university | 학교: school | 교회: church | 목사: pastor | 종교: religion | 불교: buddhism, buddhist | 아파트: apartment | 도시: city | 전쟁: war | 왕: king | 천황: emperor | 아버지: father | 어머니: mother | 아들: son | 딸: daughter | 출생: birth, born | 은하: galaxy | 물질: material, matter
"""


def _entries() -> list[tuple[str, tuple[str, ...]]]:
    entries = (entry.split(":") for line in _GLOSSARY.strip().splitlines() for entry in line.split("|"))
    return [(korean.strip(), tuple(word.strip() for word in english.split(","))) for korean, english in entries]


_ENGLISH_OF = dict(_entries())
_LONGEST = max(map(len, _ENGLISH_OF))
_MOST_WORDS = 4
_SURE_ANYWHERE = 3
"""Syllables from which a word is itself inside another one too; two only at its beginning or after a known one, one only alone."""

_ALONE = re.compile(r"(?:은|는|이|가|을|를|의|에|도|만|과|와|으로|로|이나|인|이란|란)?")
"""A particle, or nothing."""


@lru_cache(maxsize=1)
def _korean_of() -> dict[tuple[str, ...], tuple[str, ...]]:
    """English terms -> Korean words."""
    korean: dict[tuple[str, ...], list[str]] = {}
    for word, english in _ENGLISH_OF.items():
        for name in english:
            korean.setdefault(tuple(terms(name)), []).append(word)
    return {name: tuple(dict.fromkeys(words)) for name, words in korean.items()}


def in_the_other_language(text: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """The words of the text that are known, Korean or English, each with its words in the other language."""
    text = unicodedata.normalize("NFC", text)
    return (*_from_korean(text), *_from_english(text))


def _from_korean(text: str) -> list[tuple[str, tuple[str, ...]]]:
    found = list[tuple[str, tuple[str, ...]]]()
    for run in re.finditer(r"[가-힣][가-힣0-9]*", text):
        letters, at, after_known = run.group(), 0, True
        while at < len(letters):
            longest = range(min(_LONGEST, len(letters) - at), 0, -1)
            word = next((letters[at : at + length] for length in longest if letters[at : at + length] in _ENGLISH_OF), "")
            if len(word) == 1:
                is_word = at == 0 and bool(_ALONE.fullmatch(letters[1:])) and not re.match(r"\s?\d", text[run.end() :])
            else:
                is_word = len(word) >= _SURE_ANYWHERE or (bool(word) and after_known)
            if is_word:
                found.append((word, _ENGLISH_OF[word]))
            after_known = bool(is_word)
            at += len(word) if is_word else 1
    return found


def _from_english(text: str) -> list[tuple[str, tuple[str, ...]]]:
    known = _korean_of()
    words = list(spans(text))
    found = list[tuple[str, tuple[str, ...]]]()
    at = 0
    while at < len(words):
        longest = range(min(_MOST_WORDS, len(words) - at), 0, -1)
        length = next((length for length in longest if tuple(term for term, _, _ in words[at : at + length]) in known), 0)
        if length:
            named = words[at : at + length]
            found.append((text[named[0][1] : named[-1][2]], known[tuple(term for term, _, _ in named)]))
        at += length or 1
    return found
