"""The operators of MongoDB that may be used; what is missing runs code, writes, or tells about the server."""

from text2sql.safety.lists import words_of

#: Of $match, on a field.
COMPARISONS = words_of("$eq $ne $gt $gte $lt $lte")

#: Of $group, $bucket and their like.
ACCUMULATORS = words_of(
    """
    $sum $avg $min $max $first $last $push $addToSet $count $stdDevPop $stdDevSamp $mergeObjects $median $percentile
    $firstN $lastN $minN $maxN $top $topN $bottom $bottomN
    """
)
#: Of $setWindowFields, besides the accumulators.
WINDOW_FUNCTIONS = ACCUMULATORS | words_of(
    "$rank $denseRank $documentNumber $shift $derivative $integral $covariancePop $covarianceSamp $expMovingAvg $locf"
)

_MATH = """
    $abs $add $ceil $divide $exp $floor $ln $log $log10 $mod $multiply $pow $round $sqrt $subtract $trunc
    $sin $cos $tan $degreesToRadians $radiansToDegrees $bitAnd $bitOr $bitXor $bitNot
"""
_LOGIC = "$and $or $not $cmp $eq $ne $gt $gte $lt $lte $cond $ifNull $switch $literal $let"
_TEXT = """
    $concat $indexOfBytes $indexOfCP $ltrim $rtrim $trim $replaceOne $replaceAll $split $strLenBytes $strLenCP
    $strcasecmp $substr $substrBytes $substrCP $toLower $toUpper $regexMatch $regexFind $regexFindAll
"""
_TIMES = """
    $dateAdd $dateDiff $dateFromParts $dateFromString $dateSubtract $dateToParts $dateToString $dateTrunc $dayOfMonth
    $dayOfWeek $dayOfYear $hour $isoDayOfWeek $isoWeek $isoWeekYear $millisecond $minute $month $second $week $year
"""
_TYPES = """
    $convert $isNumber $toBool $toDate $toDecimal $toDouble $toInt $toLong $toObjectId $toString $type
"""
_ARRAYS = """
    $arrayElemAt $arrayToObject $concatArrays $filter $first $firstN $in $indexOfArray $isArray $last $lastN $map $maxN
    $minN $objectToArray $range $reduce $reverseArray $size $slice $sortArray $zip $allElementsTrue $anyElementTrue
    $setDifference $setEquals $setIntersection $setIsSubset $setUnion $getField $mergeObjects
    $sum $avg $min $max $stdDevPop $stdDevSamp $median $percentile
"""
EXPRESSIONS = words_of(_MATH + _LOGIC + _TEXT + _TIMES + _TYPES + _ARRAYS)

#: $$NOW and its like; variables that people name begin with a small letter.
SYSTEM_VARIABLES = frozenset({"ROOT", "CURRENT", "NOW", "REMOVE"})
