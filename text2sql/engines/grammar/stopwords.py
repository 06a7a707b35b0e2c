"""Words that name nothing: those a span may skip, and those at which no span begins or ends."""

#: Inside a span they are passed over: "date of birth".
SKIPPED = frozenset("of the a an s".split())

STOP = SKIPPED | frozenset(
    """in on at to for from by with and or is are was were be been being do does did has have had having that which who
    whom whose what when where how many much show list find give return tell me please all any their its it them they
    than as not no this those these can could would will should you i we us into about also there his her our your my
    each every both either but if so such then only just other others another same some most more less least than
    get provide compute let know want see whats what's along corresponding respective
    respectively currently ever already exist exists existing available present given named called need help d ll re ve
    whether does doesn't out up down per via among across within without between during until while because again
    too very own he she him himself themselves across per retrieve select fetch print describe name's hey hi hello
    were're kindly must may might shall used using use associated involved related recorded belong belongs belonging
    """.split()
)

#: Words of counting and comparing: alone they name a column only if it is called just so.
MEASURING = frozenset(
    """number numbers count counts total totals average mean maximum minimum most least different distinct
    unique first last top bottom highest lowest largest smallest sum order sort sorted ordered""".split()
)

#: At the beginning of a question these are requests.
REQUESTS = frozenset("state report output list display show name count order find give select".split())
