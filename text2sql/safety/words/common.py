"""Words of SQL that all four databases share."""

from text2sql.safety.lists import words_of

KEYWORDS = words_of(
    """
    select distinct from where group by having order limit offset with as and or not in is null true false between like
    escape exists case when then else end cast union all except intersect join left right full outer inner cross natural
    on using over partition rows range unbounded preceding following current row asc desc nulls first last window values
    rollup cube grouping sets interval any some
    year quarter month week day hour minute second microsecond millisecond
    date timestamp time int integer bigint smallint decimal numeric float double precision char varchar boolean json
    """
)

FUNCTIONS = words_of(
    """
    count sum avg min max coalesce nullif greatest least abs ceil floor round sqrt exp ln log mod power sign
    sin cos tan asin acos atan atan2 upper lower trim ltrim rtrim length concat replace substring substr left right
    row_number rank dense_rank percent_rank cume_dist ntile lag lead first_value last_value nth_value extract
    """
)
