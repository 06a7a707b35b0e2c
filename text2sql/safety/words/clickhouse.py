"""ClickHouse 21 and newer: what may be called. No table functions, dictionaries, files, settings or waits."""

from text2sql.safety.lists import words_of
from text2sql.safety.words import common

KEYWORDS = common.KEYWORDS | words_of(
    """
    ilike final prewhere qualify array global asof any semi anti paste totals ties nulls ignore respect filter div
    xor fetch next only
    nullable lowcardinality string fixedstring date32 datetime datetime64 int8 int16 int32 int64 int128 int256 uint8
    uint16 uint32 uint64 uint128 uint256 float32 float64 decimal32 decimal64 decimal128 decimal256 bool uuid ipv4 ipv6
    tuple map enum8 enum16 enum
    """
)

_MATH = """
    pow power cbrt exp2 exp10 log2 log10 intdiv intdivorzero modulo positivemodulo negate plus minus multiply divide
    roundbankers rounddown trunc truncate pi degrees radians sinh cosh tanh gcd lcm sign rand rand32 rand64
    randcanonical
    isnan isfinite isinfinite ifnotfinite widthbucket bitand bitor bitxor bitnot bitshiftleft bitshiftright bitcount
    equals notequals less greater lessorequals greaterorequals and or not xor
"""
_LOGIC = "if multiif ifnull nullif isnull isnotnull assumenotnull tonullable coalesce transform "
_TEXT = """
    empty notempty lengthutf8 char_length character_length lower upper lowerutf8 upperutf8 reverse reverseutf8
    concatwithseparator concat_ws substringutf8 appendtrailingcharifabsent base64encode base64decode endswith startswith
    trimleft trimright trimboth position positioncaseinsensitive positionutf8 positioncaseinsensitiveutf8 locate
    countsubstrings multisearchany hassubsequence hastoken hastokencaseinsensitive match like notlike ilike notilike
    extract extractall
    regexpextract countmatches replaceone replaceall replaceregexpone replaceregexpall splitbychar splitbystring
    splitbyregexp splitbywhitespace arraystringconcat repeat leftpad rightpad lpad rpad leftpadutf8 rightpadutf8 space
    format formatreadablesize formatreadablequantity formatreadabletimedelta hex unhex md5 sha256 cityhash64 siphash64
    xxhash64 domain domainwithoutwww path topleveldomain protocol querystring cuttofirstsignificantsubdomain
    extracturlparameter levenshteindistance editdistance initcap initcaputf8 tovalidutf8 ascii char
    """
_TIMES = """
    now now64 today yesterday todate todate32 todatetime todatetime64 toyear toquarter tomonth toweek todayofyear
    todayofmonth todayofweek tohour tominute tosecond tounixtimestamp fromunixtimestamp fromunixtimestamp64milli
    tostartofyear tostartofisoyear tostartofquarter tostartofmonth tostartofweek tostartofday tostartofhour
    tostartofminute tostartofsecond tostartoffiveminutes tostartoftenminutes tostartoffifteenminutes tostartofinterval
    tomonday tolastdayofmonth toyearweek toyyyymm toyyyymmdd toyyyymmddhhmmss toisoweek toisoyear torelativemonthnum
    torelativedaynum date_trunc datetrunc datediff date_diff timestampdiff timestamp_diff dateadd date_add datesub
    date_sub addyears addquarters addmonths addweeks adddays addhours addminutes addseconds subtractyears
    subtractquarters subtractmonths subtractweeks subtractdays subtracthours subtractminutes subtractseconds
    formatdatetime dateformat date_format datename monthname parsedatetime parsedatetimebesteffort
    parsedatetimebesteffortornull makedate makedatetime totimezone timeslot current_timestamp current_date curdate
    str_to_date last_day age year month day hour minute second quarter week dayofweek dayofyear dayofmonth
    tointervalday tointervalweek tointervalmonth tointervalyear tointervalhour tointervalminute tointervalsecond
    tointervalquarter timestamp_sub timestamp_add
"""
_CASTS = """
    toint8 toint16 toint32 toint64 toint128 toint256 touint8 touint16 touint32 touint64 tofloat32 tofloat64 todecimal32
    todecimal64 todecimal128 tostring tofixedstring touuid tobool toint32ornull toint64ornull toint32orzero
    toint64orzero touint32ornull touint64ornull touint64orzero touint32orzero tofloat64ornull tofloat64orzero
    todateornull todateorzero todatetimeornull todatetimeorzero tolowcardinality accuratecastornull totypename trycast
"""
_BASE_AGGREGATES = """
    count sum avg min max any anylast argmin argmax uniq uniqexact uniqcombined uniqcombined64 uniqhll12 grouparray
    groupuniqarray quantile quantiles quantileexact quantilesexact quantiletdigest quantilestdigest quantiletiming
    median medianexact stddevpop stddevsamp varpop varsamp covarpop covarsamp corr topk sumwithoverflow sumkahan
    avgweighted
"""
_COMBINED = " ".join(f"{name}if {name}ornull {name}array {name}ordefault" for name in _BASE_AGGREGATES.split())
_AGGREGATES = f"""
    {_BASE_AGGREGATES} {_COMBINED} summap minmap maxmap anyheavy anylast grouparraysorted groupbitand groupbitor
    groupbitxor skewpop skewsamp kurtpop kurtsamp simplelinearregression windowfunnel retention sequencematch
    sequencecount entropy grouping first_value last_value grouparraymovingsum grouparraymovingavg deltasum any_value
    first_value_respect_nulls last_value_respect_nulls laginframe leadinframe exponentialmovingaverage string_agg
    group_concat groupconcat stddev_pop stddev_samp var_pop var_samp covar_pop covar_samp array_agg boundingratio
"""
_ARRAYS = """
    array arrayconcat arrayelement has hasall hasany indexof arraycount countequal arrayenumerate arrayenumerateuniq
    arraypopback arraypopfront arraypushback arraypushfront arrayslice arraysort arrayreversesort arrayuniq
    arraydistinct
    arraymap arrayfilter arrayexists arrayall arrayfirst arrayfirstindex arraylast arraysum arrayavg arraymin arraymax
    arrayreverse arrayflatten arrayzip arraycumsum arraydifference arrayjoin arraycompact arrayintersect
    range tuple tupleelement untuple map mapkeys mapvalues mapcontains emptyarraystring emptyarrayuint8 arrayproduct
    length
"""
_JSON = """
    jsonextract jsonextractstring jsonextractint jsonextractuint jsonextractfloat jsonextractbool jsonextractraw
    jsonextractarrayraw jsonextractkeys jsonhas jsonlength jsontype json_value json_query json_exists
    simplejsonextractstring simplejsonextractint simplejsonextractuint simplejsonextractfloat simplejsonextractbool
    simplejsonhas tojsonstring visitparamextractstring visitparamextractint visitparamextractfloat isvalidjson
"""
_OTHERS = "runningdifference neighbor rownumberinblock rownumberinallblocks bar xor"

FUNCTIONS = common.FUNCTIONS | words_of(
    _MATH + _LOGIC + _TEXT + _TIMES + _CASTS + _AGGREGATES + _ARRAYS + _JSON + _OTHERS
)
