"""What the gate says to a browser. Nobody knows the reader's language yet: both."""

FOREIGN_HOST = "Seorap answers only at its own address on this computer."
FOREIGN_ORIGIN = "Seorap does not answer requests from other pages."
NO_SESSION = "Seorap answers only a browser that was opened with the address it printed."
TOO_LARGE = "This is larger than Seorap takes at once."
NO_LENGTH = "Seorap takes only what says how large it is."

HOW_TO_ENTER = (
    (
        "ko",
        "서랍이 이 브라우저를 아직 모릅니다",
        "서랍을 연 터미널에 나온 주소로 들어와 주세요. 주소는 한 번만 쓸 수 있습니다. 새 주소는 터미널에서 이렇게 얻습니다:",
    ),
    (
        "en",
        "Seorap does not know this browser yet",
        "Open the address that stands in the terminal where Seorap was started. It works once; a fresh one comes with:",
    ),
)
"""Language, heading, text, of which COMMAND follows."""

COMMAND = "seorap address"
