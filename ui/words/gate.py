"""What the gate says to a browser. Nobody knows the reader's language yet: both."""

FOREIGN_HOST = "서랍은 이 컴퓨터의 자기 주소로 온 요청에만 답합니다. / Seorap answers only at its own address on this computer."
FOREIGN_ORIGIN = "서랍은 다른 화면에서 온 요청에는 답하지 않습니다. / Seorap does not answer requests from other pages."
NO_SESSION = (
    "서랍은 터미널에 나온 주소로 연 브라우저에만 답합니다. / Seorap answers only a browser that was opened with the address it printed."
)
TOO_LARGE = "서랍이 한 번에 받을 수 있는 크기를 넘었습니다. / This is larger than Seorap takes at once."
NO_LENGTH = "서랍은 크기를 밝힌 요청만 받습니다. / Seorap takes only what says how large it is."

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
