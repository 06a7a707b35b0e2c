"""PostgreSQL 14 to 18: what may be called. Nothing here reads files, settings, catalogs or other servers, or writes."""

from text2sql.safety.lists import words_of
from text2sql.safety.words import common

KEYWORDS = common.KEYWORDS | words_of(
    """
    ilike similar to symmetric lateral ordinality materialized filter within groups exclude no others ties fetch next
    only array at zone isnull notnull default overlaps both leading trailing for placing collate epoch isodow dow doy
    isoyear century decade millennium milliseconds microseconds julian timezone timezone_hour timezone_minute
    ignore respect days weeks months years hours minutes seconds text real jsonb uuid inet bytea timestamptz timetz
    daterange tsrange tstzrange int4range int8range numrange bpchar bool int2 int4 int8 float4 float8 varying money name
    without local key value absent returning error empty conditional unconditional wrapper keys quotes keep omit object
    unique scalar strict lax passing path asymmetric
    current_date current_time current_timestamp localtime localtimestamp
    """
)

_MATH = """
    ceiling trunc cbrt log10 div gcd lcm pi degrees radians cot sinh cosh tanh asinh acosh atanh random width_bucket
    scale min_scale trim_scale num_nulls num_nonnulls isfinite
"""
_TEXT = """
    ascii chr btrim concat_ws char_length character_length octet_length bit_length initcap lpad rpad position strpos
    reverse repeat split_part starts_with overlay translate format md5 sha256 encode decode regexp_replace regexp_match
    regexp_matches regexp_split_to_array regexp_split_to_table regexp_like regexp_count regexp_instr regexp_substr
    string_to_array string_to_table array_to_string to_char to_number to_tsvector to_tsquery plainto_tsquery
    phraseto_tsquery websearch_to_tsquery ts_rank ts_rank_cd
"""
_TIMES = """
    now date_trunc date_part date_bin age make_date make_time make_timestamp make_timestamptz make_interval to_date
    to_timestamp justify_days justify_hours justify_interval clock_timestamp statement_timestamp transaction_timestamp
    timezone
"""
_AGGREGATES = """
    bool_and bool_or every bit_and bit_or bit_xor string_agg array_agg json_agg jsonb_agg json_object_agg
    jsonb_object_agg corr covar_pop covar_samp regr_avgx regr_avgy regr_count regr_intercept regr_r2 regr_slope regr_sxx
    regr_sxy regr_syy stddev stddev_pop stddev_samp variance var_pop var_samp mode percentile_cont percentile_disc
    grouping any_value range_agg
"""
_JSON = """
    json_build_object jsonb_build_object json_build_array jsonb_build_array to_json to_jsonb row_to_json json_object
    json_array json_objectagg json_arrayagg json_value json_query json_exists
    json_array_length json_extract_path json_extract_path_text json_array_elements json_array_elements_text json_each
    json_each_text json_object_keys json_typeof json_strip_nulls
    jsonb_array_length jsonb_extract_path jsonb_extract_path_text jsonb_array_elements jsonb_array_elements_text
    jsonb_each jsonb_each_text jsonb_object_keys jsonb_typeof jsonb_strip_nulls jsonb_set jsonb_insert jsonb_pretty
    jsonb_path_exists jsonb_path_match jsonb_path_query jsonb_path_query_array jsonb_path_query_first
"""
_ARRAYS = """
    array_length array_position array_positions cardinality array_append array_prepend array_cat array_remove
    array_replace array_upper array_lower array_ndims unnest generate_series generate_subscripts isempty upper_inc
    lower_inc
"""

FUNCTIONS = common.FUNCTIONS | words_of(_MATH + _TEXT + _TIMES + _AGGREGATES + _JSON + _ARRAYS)
