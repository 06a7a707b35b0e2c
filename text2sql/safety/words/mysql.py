"""MySQL 5.7 and MariaDB 10 and newer: what may be called. No locks, waits, files, variables, session."""

from text2sql.safety.lists import words_of
from text2sql.safety.words import common

KEYWORDS = common.KEYWORDS | words_of(
    """
    xor div regexp rlike binary signed unsigned dual separator collate using both leading trailing
    year_month day_hour day_minute day_second day_microsecond hour_minute hour_second hour_microsecond minute_second
    minute_microsecond second_microsecond datetime utf8 utf8mb4 latin1 character set lateral
    current_date current_time current_timestamp localtime localtimestamp utc_date utc_time utc_timestamp
    empty error returning sounds for mode
    """
)

_MATH = "ceiling log2 log10 pow pi degrees radians cot rand truncate conv crc32 bit_count hex unhex bin oct"
_TEXT = """
    ascii char char_length character_length octet_length bit_length concat_ws elt field find_in_set format instr lcase
    ucase locate lpad rpad mid position quote repeat reverse soundex space strcmp substring_index ord
    inet_aton inet_ntoa match against regexp_like regexp_replace regexp_instr regexp_substr md5 sha1 sha2 to_base64
    from_base64 convert
"""
_TIMES = """
    now curdate curtime current_date current_time current_timestamp localtime localtimestamp sysdate utc_date utc_time
    utc_timestamp unix_timestamp from_unixtime adddate addtime subdate subtime date date_add date_sub date_format
    datediff timediff timestampdiff timestampadd timestamp time time_format time_to_sec sec_to_time str_to_date makedate
    maketime convert_tz last_day year month monthname day dayname dayofmonth dayofweek dayofyear week weekday weekofyear
    yearweek quarter hour minute second microsecond to_days from_days to_seconds period_add period_diff
"""
_AGGREGATES = """
    group_concat bit_and bit_or bit_xor std stddev stddev_pop stddev_samp var_pop var_samp variance any_value grouping
    json_arrayagg json_objectagg median percentile_cont percentile_disc
"""
_LOGIC = "if ifnull isnull nvl interval"
_JSON = """
    json_array json_object json_quote json_unquote json_extract json_contains json_contains_path json_keys json_search
    json_value json_length json_depth json_type json_valid json_set json_insert json_replace json_remove
    json_merge_patch json_merge_preserve json_overlaps json_pretty json_query json_exists
"""

FUNCTIONS = common.FUNCTIONS | words_of(_MATH + " " + _TEXT + _TIMES + _AGGREGATES + _LOGIC + _JSON)
