"""Cursor pagination of REST lists: constant cost at any depth, stable under inserts."""

from rest_framework.pagination import CursorPagination


class TimeOrderedPagination(CursorPagination):
    """Newest first by primary key; UUIDv7 keys sort by time. `page_size` may be asked for, up to 200."""

    ordering = "-pk"
    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 200
