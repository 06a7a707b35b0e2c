"""Oracle 12 and newer: what may be called. No packages, links, XML, sequences or facts of the session."""

from text2sql.safety.lists import words_of
from text2sql.safety.words import common

KEYWORDS = common.KEYWORDS | words_of(
    """
    minus fetch next only percent ties to zone at within keep overflow truncate count error without siblings apply
    lateral
    rownum rowid sysdate systimestamp current_date current_timestamp localtimestamp
    number varchar2 nvarchar2 nchar clob nclob raw binary_float binary_double local returning empty null absent format
    ignore respect key value wrapper conditional unconditional array object unique strict
    dense_rank keys both leading trailing groups exclude no others default conversion pretty
    """
)

_MATH = "trunc remainder sinh cosh tanh bitand nanvl width_bucket"
_TEXT = """
    instr initcap lpad rpad reverse translate chr ascii regexp_like regexp_replace regexp_substr regexp_instr
    regexp_count to_char to_number to_clob to_nchar lengthb nlssort soundex asciistr unistr rawtohex hextoraw
    standard_hash ora_hash
"""
_TIMES = """
    add_months months_between last_day next_day to_date to_timestamp to_timestamp_tz to_dsinterval to_yminterval
    numtodsinterval numtoyminterval from_tz new_time current_timestamp localtimestamp
"""
_LOGIC = "nvl nvl2 decode lnnvl"
_AGGREGATES = """
    listagg median stats_mode stddev stddev_pop stddev_samp variance var_pop var_samp corr covar_pop covar_samp
    regr_slope regr_intercept regr_count regr_r2 regr_avgx regr_avgy percentile_cont percentile_disc grouping
    grouping_id group_id ratio_to_report approx_count_distinct any_value
"""
_JSON = "json_value json_query json_exists json_object json_array json_arrayagg json_objectagg"

FUNCTIONS = common.FUNCTIONS | words_of(_MATH + " " + _TEXT + _TIMES + _LOGIC + _AGGREGATES + _JSON)
