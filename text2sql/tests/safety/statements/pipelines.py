"""Pipelines that must pass and such that must not, as the Python values that are written as JSON."""

from text2sql.tests.safety.statements import pipelines_of

BENIGN = [
    *pipelines_of(
        r"""
[] ;; [{"$limit": 10}] ;; [{"$match": {"status": "paid"}}, {"$count": "n"}] ;;
[{"$match": {"total": {"$gte": 10, "$lt": 500}, "status": {"$in": ["paid", "open"]}}}] ;;
[{"$match": {"$or": [{"status": "paid"}, {"total": {"$gt": 100}}], "city": {"$ne": null}}}] ;;
[{"$match": {"created_at": {"$gte": {"$date": "2024-01-01T00:00:00Z"}, "$lt": {"$date":
"2024-06-01T07:00:00+07:00"}}}}] ;; [{"$match": {"_id": {"$oid": "65A0B1C2D3E4F5A6B7C8D9E0"}}}] ;;
[{"$match": {"name": {"$regex": "^n[0-9]+", "$options": "i"}}}] ;;
[{"$match": {"name": {"$not": {"$regex": "x$"}}, "tags": {"$all": ["a", "b"]}, "items": {"$size": 2}}}] ;;
[{"$match": {"items": {"$elemMatch": {"sku": "a", "qty": {"$gt": 1}}}}}] ;;
[{"$match": {"scores": {"$elemMatch": {"$gt": 80, "$lt": 90}}}}] ;;
[{"$match": {"note": {"$exists": true}, "n": {"$type": "int"}, "m": {"$mod": [4, 0]}}}] ;;
[{"$match": {"$expr": {"$gt": ["$total", "$budget"]}}}] ;;
[{"$match": {"$nor": [{"a": 1}, {"b": 2}], "$and": [{"c": {"$nin": [1, 2]}}]}}] ;;
[{"$match": {"address": {"city": "Huế", "zip": "1"}, "address.city": "Huế"}}] ;;
[{"$group": {"_id": "$status", "n": {"$sum": 1}, "revenue": {"$sum": "$total"}, "mean": {"$avg": "$total"}}},
{"$sort": {"n": -1, "_id": 1}}] ;; [{"$group": {"_id": null, "top": {"$max": "$total"}, "low": {"$min": "$total"}}}] ;;
[{"$group": {"_id": {"y": {"$year": "$created_at"}, "m": {"$month": "$created_at"}}, "n": {"$count": {}}}}] ;;
[{"$group": {"_id": "$customer_id", "orders": {"$push": {"id": "$_id", "total": "$total"}}, "statuses":
{"$addToSet": "$status"}, "first": {"$first": "$$ROOT"}}}] ;;
[{"$group": {"_id": "$a", "s": {"$stdDevPop": "$b"}, "m": {"$median": {"input": "$b", "method": "approximate"}}}}] ;;
[{"$group": {"_id": "$a", "best": {"$topN": {"n": 3, "sortBy": {"b": -1}, "output": "$c"}}}}] ;;
[{"$project": {"_id": 0, "name": 1, "total": {"$multiply": ["$price", "$qty"]}}}] ;;
[{"$project": {"customer.name": 1, "when": {"$dateToString": {"format": "%Y-%m", "date": "$created_at",
"timezone": "Asia/Ho_Chi_Minh"}}}}] ;;
[{"$project": {"size": {"$cond": {"if": {"$gt": ["$total", 100]}, "then": "big", "else": "small"}}, "x":
{"$ifNull": ["$a", "none"]}}}] ;;
[{"$project": {"grade": {"$switch": {"branches": [{"case": {"$gte": ["$s", 90]}, "then": "A"}], "default": "F"}}}}] ;;
[{"$addFields": {"full": {"$concat": ["$first", " ", "$last"]}, "up": {"$toUpper": "$first"}}}] ;;
[{"$set": {"age": {"$dateDiff": {"startDate": "$born", "endDate": "$$NOW", "unit": "year"}}}}] ;;
[{"$set": {"month": {"$dateTrunc": {"date": "$created_at", "unit": "month"}}}}, {"$unset": ["a", "b.c"]}] ;;
[{"$unset": "secret"}] ;; [{"$unwind": "$items"}, {"$sortByCount": "$items.sku"}] ;;
[{"$unwind": {"path": "$items", "includeArrayIndex": "i", "preserveNullAndEmptyArrays": true}}] ;;
[{"$lookup": {"from": "customers", "localField": "customer_id", "foreignField": "_id", "as": "customer"}},
{"$unwind": "$customer"}] ;;
[{"$lookup": {"from": "customers", "let": {"c": "$customer_id"}, "pipeline": [{"$match": {"$expr": {"$eq":
["$_id", "$$c"]}}}, {"$project": {"name": 1}}], "as": "customer"}}] ;;
[{"$lookup": {"from": "customers", "localField": "a", "foreignField": "b", "pipeline": [{"$limit": 1}], "as":
"c"}}] ;; [{"$unionWith": "archive"}] ;; [{"$unionWith": {"coll": "archive", "pipeline": [{"$match": {"a": 1}}]}}] ;;
[{"$facet": {"by_status": [{"$sortByCount": "$status"}], "total": [{"$count": "n"}]}}] ;;
[{"$bucket": {"groupBy": "$total", "boundaries": [0, 100, 1000], "default": "more", "output": {"n": {"$sum": 1}}}}] ;;
[{"$bucketAuto": {"groupBy": "$total", "buckets": 5, "output": {"n": {"$sum": 1}}}}] ;;
[{"$replaceRoot": {"newRoot": "$customer"}}] ;; [{"$replaceWith": {"$mergeObjects": ["$a", "$b"]}}] ;;
[{"$sample": {"size": 10}}] ;; [{"$skip": 20}, {"$limit": 10}] ;;
[{"$project": {"n": {"$size": "$items"}, "f": {"$filter": {"input": "$items", "as": "i", "cond": {"$gt":
["$$i.qty", 1]}}}}}] ;;
[{"$project": {"m": {"$map": {"input": "$items", "as": "i", "in": {"$multiply": ["$$i.qty", "$$i.price"]}}}, "s":
{"$reduce": {"input": "$a", "initialValue": 0, "in": {"$add": ["$$value", "$$this"]}}}}}] ;;
[{"$project": {"e": {"$arrayElemAt": ["$a", -1]}, "s": {"$slice": ["$a", 3]}, "i": {"$in": ["x", "$a"]}, "o":
{"$objectToArray": "$doc"}}}] ;;
[{"$project": {"s": {"$split": ["$email", "@"]}, "t": {"$trim": {"input": "$name"}}, "l": {"$strLenCP": "$name"},
"u": {"$substrCP": ["$name", 0, 3]}}}] ;;
[{"$project": {"m": {"$regexMatch": {"input": "$name", "regex": "^a", "options": "i"}}}}] ;;
[{"$project": {"d": {"$toDate": "$s"}, "n": {"$toInt": "$s"}, "c": {"$convert": {"input": "$s", "to": "double",
"onError": null}}, "t": {"$type": "$s"}}}] ;;
[{"$project": {"r": {"$round": [{"$divide": ["$a", {"$max": ["$b", 1]}]}, 2]}, "p": {"$pow": ["$a", 2]}, "q":
{"$mod": ["$a", 7]}}}] ;;
[{"$project": {"l": {"$let": {"vars": {"x": {"$add": ["$a", 1]}}, "in": {"$multiply": ["$$x", 2]}}}, "k":
{"$literal": 1}}}] ;;
[{"$project": {"r": {"$range": [0, 10]}, "z": {"$zip": {"inputs": ["$a", "$b"]}}, "w": {"$range": [0, {"$size":
"$a"}]}}}] ;;
[{"$project": {"d": {"$dayOfWeek": "$at"}, "h": {"$hour": {"date": "$at", "timezone": "+07"}}, "x": {"$dateAdd":
{"startDate": "$at", "unit": "day", "amount": 3}}}}] ;;
[{"$setWindowFields": {"partitionBy": "$state", "sortBy": {"at": 1}, "output": {"running": {"$sum": "$total",
"window": {"documents": ["unbounded", "current"]}}, "r": {"$rank": {}}}}}] ;;
[{"$setWindowFields": {"sortBy": {"at": 1}, "output": {"a": {"$avg": "$x", "window": {"range": [-7, 0], "unit":
"day"}}, "b": {"$shift": {"output": "$x", "by": -1}}}}}] ;;
[{"$match": {"price": {"$gt": {"$numberDecimal": "1.50"}}, "n": {"$numberLong": "5"}}}] ;;
[{"$match": {"a b-c": 1, "x;y": "DROP TABLE"}}] ;; [{"$match": {}}] ;; [{"$match": {"a": [1, 2]}}] ;;
[{"$match": {"a": null, "b": false, "c": 1.5}}] ;;
[{"$match": {"$expr": {"$and": [{"$gte": ["$at", {"$date": "2024-01-01T00:00:00Z"}]}, {"$ne": ["$status",
"open"]}]}}}] ;;
[{"$group": {"_id": "$a", "n": {"$sum": {"$cond": [{"$eq": ["$s", "paid"]}, 1, 0]}}}}, {"$match": {"n": {"$gt":
1}}}, {"$project": {"share": {"$divide": ["$n", 10]}}}]
"""
    ),
    (
        '{"collection": "Đơn hàng", "pipeline": [{"$match": {"Khách hàng": "An", "Tổng tiền": {"$gt": 5}}}, '
        '{"$group": {"_id": "$Khách hàng", "Tổng": {"$sum": "$Tổng tiền"}}}]}'
    ),
]

HOSTILE = [
    *pipelines_of(
        r"""
{} ;; [], "allowDiskUse": true ;; [], "let": {} ;; [1] ;; [{}] ;; [{"$match": {}, "$out": "x"}] ;; [{"$limit": NaN}] ;;
[{"$match": {"a": Infinity}}] ;; [{"$match": {"a": 1e999}}] ;; [{"$match": {"a": 99999999999999999999}}] ;;
[{"$match": {"a": 1, "a": 2}}] ;; [{"$limit": 1, "$limit": 2}] ;; [{"$match": {"a": "\ud800"}}] ;;
[{"$match": {"a": "\u0000"}}] ;; [{"$out": "x"}] ;; [{"$out": {"db": "d", "coll": "c"}}] ;; [{"$merge": "x"}] ;;
[{"$merge": {"into": "x"}}] ;; [{"$currentOp": {}}] ;; [{"$collStats": {}}] ;; [{"$indexStats": {}}] ;;
[{"$listSessions": {}}] ;; [{"$listLocalSessions": {}}] ;; [{"$planCacheStats": {}}] ;; [{"$changeStream": {}}] ;;
[{"$graphLookup": {"from": "a", "startWith": "$a", "connectFromField": "a", "connectToField": "b", "as": "c"}}] ;;
[{"$geoNear": {}}] ;; [{"$redact": "$$KEEP"}] ;; [{"$search": {}}] ;; [{"$searchMeta": {}}] ;;
[{"$vectorSearch": {}}] ;; [{"$documents": []}] ;;
[{"$densify": {"field": "a", "range": {"step": 1, "bounds": "full"}}}] ;; [{"$fill": {}}] ;;
[{"$shardedDataDistribution": {}}] ;; [{"$listSampledQueries": {}}] ;; [{"$querySettings": {}}] ;;
[{"$queryStats": {}}] ;; [{"$backupCursor": {}}] ;; [{"$_internalInhibitOptimization": {}}] ;;
[{"$mergeCursors": {}}] ;; [{"$listClusterCatalog": {}}] ;; [{"match": {}}] ;; [{"$Match": {}}] ;; [{"$OUT": "x"}] ;;
[{" $out": "x"}] ;; [{"$match": {"$where": "sleep(1000)"}}] ;; [{"$match": {"$and": [{"$where": "sleep(1000)"}]}}] ;;
[{"$match": {"$or": [{"a": 1}, {"$nor": [{"$where": "sleep(1000)"}]}]}}] ;;
[{"$match": {"a": {"$elemMatch": {"$where": "sleep(1000)"}}}}] ;;
[{"$match": {"a": {"$not": {"$where": "sleep(1000)"}}}}] ;; [{"$match": {"a": {"$where": "sleep(1000)"}}}] ;;
[{"$match": {"a": {"b": {"$where": "sleep(1000)"}}}}] ;; [{"$match": {"a": [{"$where": "sleep(1000)"}]}}] ;;
[{"$match": {"a": {"$in": [{"$where": "sleep(1000)"}]}}}] ;; [{"$match": {"a": {"$eq": {"$where": "sleep(1000)"}}}}] ;;
[{"$match": {"$expr": {"$function": {"body": "function() { return 1 }", "args": [], "lang": "js"}}}}] ;;
[{"$match": {"$expr": {"$eq": [1, {"$function": {"body": "function() { return 1 }", "args": [], "lang": "js"}}]}}}] ;;
[{"$match": {"$jsonSchema": {}}}] ;; [{"$match": {"$text": {"$search": "x"}}}] ;; [{"$match": {"$comment": "x"}}] ;;
[{"$match": {"$alwaysFalse": 1}}] ;; [{"$match": {"$sampleRate": 1}}] ;; [{"$match": {"a": {"$near": [1, 2]}}}] ;;
[{"$match": {"a": {"$geoWithin": {}}}}] ;;
[{"$match": {"a": {"$regularExpression": {"pattern": "x", "options": ""}}}}] ;; [{"$match": {"a": {"$code": "x"}}}] ;;
[{"$match": {"a": {"$timestamp": {"t": 1, "i": 1}}}}] ;; [{"$match": {"a": {"$binary": "x"}}}] ;;
[{"$match": {"a": {"$ref": "x", "$id": 1}}}] ;; [{"$match": {"a": {"$options": "i"}}}] ;;
[{"$match": {"a": {"$gt": 1, "b": 2}}}] ;; [{"$match": {"a.$": 1}}] ;; [{"$match": {"a..b": 1}}] ;;
[{"$match": {"": 1}}] ;; [{"$match": {"a": {"$date": "yesterday"}}}] ;; [{"$match": {"a": {"$date": 5}}}] ;;
[{"$match": {"a": {"$oid": "x"}}}] ;; [{"$match": {"a": {"$date": {"$numberLong": "1"}}}}] ;;
[{"$match": {"a": {"$numberDecimal": "NaN"}}}] ;; [{"$match": 1}] ;; [{"$match": []}] ;; [{"$match": {"$and": {}}}] ;;
[{"$match": {"a": {"$regex": "(a{900}){900}"}}}] ;; [{"$match": {"a": {"$regex": {"$regex": "x"}}}}] ;;
[{"$match": {"a": {"$regex": "x", "$options": "e"}}}] ;; [{"$match": {"a": {"$where": 1}}}] ;;
[{"$match": {"a": {"$gt": {"$gt": 1}}}}] ;;
[{"$project": {"x": {"$function": {"body": "function() { return 1 }", "args": [], "lang": "js"}}}}] ;;
[{"$project": {"x": {"y": {"$function": {"body": "function() { return 1 }", "args": [], "lang": "js"}}}}}] ;;
[{"$project": {"x": {"$cond": [1, {"$function": {"body": "function() { return 1 }", "args": [], "lang": "js"}},
2]}}}] ;;
[{"$project": {"x": {"$map": {"input": "$a", "in": {"$function": {"body": "function() { return 1 }", "args": [],
"lang": "js"}}}}}}] ;;
[{"$addFields": {"x": {"$let": {"vars": {"v": {"$function": {"body": "function() { return 1 }", "args": [],
"lang": "js"}}}, "in": 1}}}}] ;;
[{"$set": {"x": {"$switch": {"branches": [{"case": {"$function": {"body": "function() { return 1 }", "args": [],
"lang": "js"}}, "then": 1}]}}}}] ;;
[{"$project": {"x": {"$literal": {"$function": {"body": "function() { return 1 }", "args": [], "lang": "js"}}}}}] ;;
[{"$group": {"_id": {"$function": {"body": "function() { return 1 }", "args": [], "lang": "js"}}}}] ;;
[{"$group": {"_id": null, "x": {"$accumulator": {"init": "x"}}}}] ;;
[{"$group": {"_id": null, "x": {"$sum": {"$function": {"body": "function() { return 1 }", "args": [], "lang":
"js"}}}}}] ;;
[{"$group": {"_id": null, "x": {"$push": {"y": {"$function": {"body": "function() { return 1 }", "args": [],
"lang": "js"}}}}}}] ;; [{"$group": {"x": {"$sum": 1}}}] ;; [{"$group": {"_id": 1, "x": 1}}] ;;
[{"$group": {"_id": 1, "x": {"$sum": 1, "$avg": 1}}}] ;; [{"$group": {"_id": 1, "x": {"$function": 1}}}] ;;
[{"$bucket": {"groupBy": {"$function": {"body": "function() { return 1 }", "args": [], "lang": "js"}},
"boundaries": [1, 2]}}] ;;
[{"$bucket": {"groupBy": "$a", "boundaries": [1, 2], "output": {"x": {"$accumulator": {}}}}}] ;;
[{"$bucketAuto": {"groupBy": "$a", "buckets": 10000000}}] ;;
[{"$sortByCount": {"$function": {"body": "function() { return 1 }", "args": [], "lang": "js"}}}] ;;
[{"$replaceRoot": {"newRoot": {"$function": {"body": "function() { return 1 }", "args": [], "lang": "js"}}}}] ;;
[{"$replaceWith": {"$function": {"body": "function() { return 1 }", "args": [], "lang": "js"}}}] ;;
[{"$setWindowFields": {"output": {"x": {"$function": {"body": "function() { return 1 }", "args": [], "lang":
"js"}}}}}] ;;
[{"$setWindowFields": {"output": {"x": {"$sum": {"$function": {"body": "function() { return 1 }", "args": [],
"lang": "js"}}}}}}] ;; [{"$project": {"x": "$$USER_ROLES"}}] ;; [{"$project": {"x": "$$CLUSTER_TIME"}}] ;;
[{"$project": {"x": "$$SEARCH_META"}}] ;; [{"$project": {"x": "$$"}}] ;;
[{"$project": {"x": {"$meta": "textScore"}}}] ;; [{"$project": {"x": {"$range": [0, 1000000000]}}}] ;;
[{"$project": {"x": {"$range": [0, "$n"]}}}] ;; [{"$project": {"x": {"$_internalJsEmit": {}}}}] ;;
[{"$project": {"x": {"$setField": {}}}}] ;; [{"$project": {"x": {"$toHashedIndexKey": 1}}}] ;;
[{"$project": {"x": {"$sum": 1, "y": 2}}}] ;; [{"$project": {"a.$": 1}}] ;;
[{"$project": {"x": {"$regexMatch": {"input": "$a", "regex": {"$concat": ["a", "b"]}}}}}] ;;
[{"$project": {"x": {"$rand": {}}}}] ;;
[{"$lookup": {"from": "system.users", "localField": "a", "foreignField": "b", "as": "c"}}] ;;
[{"$lookup": {"from": {"db": "admin", "coll": "system.users"}, "pipeline": [], "as": "c"}}] ;;
[{"$lookup": {"from": {"db": "config", "coll": "x"}, "localField": "a", "foreignField": "b", "as": "c"}}] ;;
[{"$lookup": {"from": "a", "pipeline": [{"$out": "x"}], "as": "c"}}] ;;
[{"$lookup": {"from": "a", "pipeline": [{"$match": {"$where": "sleep(1000)"}}], "as": "c"}}] ;;
[{"$lookup": {"from": "a", "pipeline": [{"$lookup": {"from": "system.js", "pipeline": [], "as": "d"}}], "as":
"c"}}] ;; [{"$lookup": {"from": "a", "as": "c"}}] ;;
[{"$lookup": {"from": "a", "let": {"x": {"$function": {"body": "function() { return 1 }", "args": [], "lang":
"js"}}}, "pipeline": [], "as": "c"}}] ;; [{"$lookup": {"pipeline": [], "as": "c"}}] ;;
[{"$lookup": {"from": "a", "pipeline": [], "as": "c", "_internalUnwind": 1}}] ;; [{"$unionWith": "system.users"}] ;;
[{"$unionWith": {"coll": "a", "pipeline": [{"$merge": "x"}]}}] ;; [{"$unionWith": {"db": "admin", "coll": "x"}}] ;;
[{"$unionWith": {"coll": "a", "pipeline": [{"$unionWith": "system.x"}]}}] ;; [{"$facet": {"a": [{"$out": "x"}]}}] ;;
[{"$facet": {"a": [{"$match": {"$where": "sleep(1000)"}}]}}] ;;
[{"$facet": {"a": [{"$facet": {"b": [{"$facet": {"c": [{"$facet": {"d": [{"$facet": {"e": []}}]}}]}}]}}]}}] ;;
[{"$facet": {}}] ;; [{"$facet": []}] ;; [{"$limit": 0}] ;; [{"$limit": -1}] ;; [{"$limit": 1000000000000000}] ;;
[{"$limit": "5"}] ;; [{"$limit": true}] ;; [{"$limit": 1.5}] ;; [{"$skip": -1}] ;;
[{"$sample": {"size": 1000000000}}] ;; [{"$sample": {"size": 1, "x": 1}}] ;; [{"$sort": {"a": 0}}] ;;
[{"$sort": {"a": {"$meta": "textScore"}}}] ;; [{"$sort": {"$a": 1}}] ;; [{"$sort": {}}] ;; [{"$unwind": "items"}] ;;
[{"$unwind": {"path": "$a", "x": 1}}] ;; [{"$count": "$a"}] ;; [{"$count": ""}] ;; [{"$count": 1}] ;;
[{"$unset": "$a"}]
"""
    ),
    "",
    "  ",
    "null",
    "[]",
    "{}",
    "1",
    '"x"',
    "SELECT 1",
    "db.orders.find()",
    '{"collection": "orders"}',
    '{"pipeline": []}',
    '{"aggregate": "orders", "pipeline": []}',
    '{"delete": "orders"}',
    '{"collection": 1, "pipeline": []}',
    '{"collection": "", "pipeline": []}',
    '{"collection": ["orders"], "pipeline": []}',
    '{"collection": "orders", "pipeline": []} {}',
    '{"collection": "orders", "pipeline": [],}',
    "{'collection': 'orders', 'pipeline': []}",
    '{"collection": "orders", "collection": "system.users", "pipeline": []}',
    '{"collection": "orders", "pipeline": [/* x */]}',
    '{"collection": "ord\\u0000ers", "pipeline": []}',
    '\ufeff{"collection": "orders", "pipeline": []}',
    '{"collection": "system.users", "pipeline": []}',
    '{"collection": "system.profile", "pipeline": []}',
    '{"collection": "System.Users", "pipeline": []}',
    '{"collection": "system.js", "pipeline": []}',
    '{"collection": "a.system.b", "pipeline": []}',
    '{"collection": "$cmd", "pipeline": []}',
    '{"collection": "orders$x", "pipeline": []}',
    '{"collection": "admin.$cmd", "pipeline": []}',
    '{"collection": "x\\n", "pipeline": []}',
    '{"collection": "$cmd.sys.inprog", "pipeline": []}',
    '{"collection": "orders", "pipeline": [{"$out\u200b": "x"}]}',
    '{"collection": "orders", "pipeline": [{"\uff04out": "x"}]}',
    '{"collection": "orders", "pipeline": ' + "[" * 3000 + "]" * 3000 + "}",
    '{"collection": "orders", "pipeline": [{"$match": ' + '{"a":' * 80 + "1" + "}" * 80 + "}]}",
    '{"collection": "orders", "pipeline": [{"$match": {"a": [' + "1, " * 30000 + "1]}}]}",
    '{"collection": "orders", "pipeline": [{"$match": {"a": "' + "x" * 200000 + '"}}]}',
    '{"collection": "orders", "pipeline": [{"$match": {"a": {"$regex": "' + "x" * 300 + '"}}}]}',
    '{"collection": "orders", "pipeline": [' + '{"$limit": 1}, ' * 200 + '{"$limit": 1}]}',
]
