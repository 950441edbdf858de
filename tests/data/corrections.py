"""Old and new texts, each pair with the kind of correction it is, or None."""

PAIRS: tuple[tuple[str, str, str | None], ...] = (
    # figures
    ("The fire killed 14 people.", "The fire killed 17 people.", "figure"),
    ("The fire killed 14 people.", "The fire killed fourteen people.", None),
    ("It cost $4.2 million to build.", "It cost $4.2 billion to build.", "figure"),
    ("The bridge is 5 km long.", "The bridge is 5 miles long.", "figure"),
    ("The council spent €300 on it.", "The council spent $300 on it.", "figure"),
    ("About 31,000 cars cross it daily.", "About 31 000 cars cross it daily.", None),
    ("Prices rose 3.5% in May.", "Prices rose 35% in May.", "figure"),
    ("It opens on 24 November 2026.", "It opens on 25 November 2026.", "figure"),
    ("It opens on 24 November 2026.", "It opens on November 24, 2026.", None),
    ("The vote was held on Tuesday.", "The vote was held on Wednesday.", "figure"),
    ("It shut at 8:30 in the morning.", "It shut at 9:30 in the morning.", "figure"),
    ("People were hurt in the crash.", "Three people were hurt in the crash.", None),
    # names
    ("The mayor, Ada Brant, resigned.", "The mayor, Ada Brandt, resigned.", "name"),
    (
        "The crash happened near Torvale on the old road.",
        "The crash happened near Hallin on the old road.",
        "name",
    ),
    (
        "The prize went to Osric Vane of the rowing club.",
        "The prize went to Lene Holt of the rowing club.",
        "name",
    ),
    (
        "The engineer Ada Brandt closed the bridge.",
        "The engineer Brandt closed the bridge.",
        None,
    ),
    (
        "The minister opened the new hall in Brannock.",
        "The minister, Ada Brandt, opened the new hall in Brannock.",
        None,
    ),
    (
        "Yesterday the council met in Brannock.",
        "The council met in Brannock yesterday.",
        None,
    ),
    # denials
    ("The water is safe to drink.", "The water is not safe to drink.", "negation"),
    (
        "The firm said that it had never dumped waste.",
        "The firm said that it had dumped waste.",
        "negation",
    ),
    ("The team can't appeal now.", "The team can appeal now.", "negation"),
    ("The team cannot appeal now.", "The team can't appeal now.", None),
    ("Das Bad wird geschlossen.", "Das Bad wird nicht geschlossen.", "negation"),
    # quotes
    (
        "“We will reopen it in spring,” said Ada Brandt.",
        "“We hope to reopen it in spring,” said Ada Brandt.",
        "quote",
    ),
    (
        "“We will reopen it in spring,” said Ada Brandt.",
        '"We will reopen it in spring", said Ada Brandt.',
        None,
    ),
    # wording
    (
        "The bridge was closed, after a crack was found.",
        "The bridge was closed after a crack was found.",
        None,
    ),
    (
        "The bridge was closed after a crack was found in a girder.",
        "The bridge was shut after a crack had been found in a girder.",
        None,
    ),
    (
        "The committe will meet again next month.",
        "The committee will meet again next month.",
        None,
    ),
    ("The bridge was closed.", "The bridge was closed. It reopens in May.", None),
    ("The bridge was closed. It was old.", "The bridge was closed.", None),
    ("The river is high.", "The  river is high .", None),
    ("Harbour Bridge closed for repairs.", "Harbour bridge closed for repairs.", None),
)

#: The text before the changes of `ADDED_OR_GONE`, in two paragraphs.
BEFORE = (
    "A fire broke out in the old mill of Brannock on Monday. {middle}"
    "The brigade was there within minutes and stayed all night.\n\n"
    "People who live nearby were asked to keep their windows shut. {end}"
)

#: The middle and the end of the text, before and after, and the kind of change.
ADDED_OR_GONE: tuple[tuple[str, str, str, str, str | None], ...] = (
    # removed from the middle
    ("The fire killed 14 people. ", "", "", "", "figure"),
    ("The owner, Osric Vane, lit it himself. ", "", "", "", "name"),
    ("“We saw somebody run away,” a guard said. ", "", "", "", "quote"),
    ("The owner had never asked for a permit. ", "", "", "", "negation"),
    ("It burned down on 23 November 2026. ", "", "", "", "figure"),
    ("The smoke could be seen from far away. ", "", "", "", None),
    ("It was a windy night in May. ", "", "", "", None),
    # inserted in the middle
    ("", "", "The fire killed 14 people. ", "", "figure"),
    ("", "", "The owner, Osric Vane, lit it himself. ", "", "name"),
    ("", "", "“We saw somebody run away,” a guard said. ", "", "quote"),
    ("", "", "The owner had never asked for a permit. ", "", "negation"),
    ("", "", "The smoke could be seen from far away. ", "", None),
    # additions at the end are updates, and a cut at the end means nothing
    ("", "", "", "The fire killed 14 people.", None),
    ("", "", "", "\n\nOn Tuesday Osric Vane said: “I did not light it.”", None),
    ("", "\n\nThe fire killed 14 people.", "", "", None),
    # moved, not removed
    ("The fire killed 14 people. ", "", "", "The fire killed 14 people.", None),
    ("", "Osric Vane owns it.", "The mill belongs to Osric Vane. ", "", None),
    ("The fire killed 14 people. ", "", "Fourteen people died in it. ", "", None),
    # declared corrections
    ("", "", "", "\n\nCorrection: the mill stands in Brannock.", "notice"),
    (
        "",
        "",
        "",
        "\n\nAn earlier version of this article gave another place.",
        "notice",
    ),
    ("", "", "", "\n\nThe council corrected its plan for the mill.", None),
)
