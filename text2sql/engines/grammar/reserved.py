"""Words that some dialect reserves: as names they are always quoted."""

RESERVED = frozenset(
    """access add all alter analyse analyze and any array as asc asymmetric audit authorization between binary both by
    case cast char check cluster collate column comment compress concurrently condition connect constraint convert
    create cross cube current current_catalog current_date current_role current_schema current_time current_timestamp
    current_user cursor database date day decimal default deferrable delete desc describe distinct div do drop each
    else end escape except exclusive exists explain false fetch file filter final float for force foreign format freeze
    from full function global grant group groups having hour identified ignore ilike immediate in increment index
    initial initially inner insert int integer intersect interval into is isnull join key keys kill lag last_value
    lateral lead leading left level like limit localtime localtimestamp lock long match maxextents minus minute mode
    mod modify month natural new noaudit nocompress not notnull nowait null number of offline offset on online only
    option or order outer over overlaps partition pctfree percent placing position prewhere primary prior privileges
    procedure public qualify range rank raw read recursive references regexp release rename replace resource return
    returning revoke right rlike row rowid rownum rows sample schema second select semi session session_user set share
    show similar size smallint some start successful synonym sysdate system table tables tablesample then time timestamp
    to top trailing trigger true type uid union unique unlock unsigned update usage use user using validate value
    values varchar varchar2 variadic varying verbose view whenever when where while window with write xor year""".split()
)
