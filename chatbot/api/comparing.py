"""REST: one question to several engines, votes, and how often each engine was preferred."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api.callers import account_of, key_of
from chatbot.api.serializers import MessageSerializer, NewMessageSerializer
from chatbot.selectors.conversations import conversations_for, messages_for
from chatbot.selectors.votes import engine_preferences
from chatbot.services import ConversationNotFound, MessageNotFound
from chatbot.services.comparing import MAX_ENGINES, compare_engines, vote_for
from chatbot.streams.changes import publish_change
from monitoring.middleware import request_id_of


class ComparisonSerializer(NewMessageSerializer):
    """Body of POST: a question, and the engines that shall answer it."""

    models = serializers.ListField(child=serializers.CharField(max_length=100), max_length=2 * MAX_ENGINES)


class ComparedSerializer(serializers.Serializer[Any]):
    """The question and one reply per engine, in the order asked."""

    message = MessageSerializer()
    replies = MessageSerializer(many=True)


class PreferenceSerializer(serializers.Serializer[Any]):
    """An engine, the votes it took part in, and those it won."""

    engine_name = serializers.CharField()
    contests = serializers.IntegerField()
    wins = serializers.IntegerField()


class CompareView(APIView):
    """Two to four engines side by side."""

    required_scopes = {"POST": "chat:write"}

    @extend_schema(request=ComparisonSerializer, responses={201: ComparedSerializer})
    def post(self, request: Request, pk: UUID) -> Response:
        """Ask several engines at once; their replies are versions of one turn."""
        body = ComparisonSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        given, account, key = body.validated_data, account_of(request), key_of(request)
        conversation = conversations_for(account, key).select_related("project").filter(pk=pk).first()
        if conversation is None:
            raise ConversationNotFound
        question, replies = compare_engines(
            conversation=conversation,
            user=account,
            content=given["content"],
            engines=given["models"],
            parent_id=given.get("parent_message_id"),
            at_root="parent_message_id" in given and given["parent_message_id"] is None,
            file_ids=given.get("files", ()),
            memory_ids=given.get("memories", ()),
            api_key=key,
            request_id=request_id_of(request._request),
        )
        publish_change(
            user_id=account.pk, conversation_id=conversation.pk, message_id=question.pk, reply_id=replies[0].pk
        )
        content = {
            "message": MessageSerializer(question).data,
            "replies": MessageSerializer(replies, many=True).data,
        }
        return Response(content, status=status.HTTP_201_CREATED)


class VoteView(APIView):
    """Votes for an answer."""

    required_scopes = {"POST": "chat:write"}

    @extend_schema(request=None, responses={204: None})
    def post(self, request: Request, pk: UUID) -> Response:
        """This answer is the best of its versions; voting again changes the vote."""
        reply = messages_for(account_of(request), key_of(request)).filter(pk=pk).first()
        if reply is None:
            raise MessageNotFound
        vote_for(reply=reply, user=account_of(request))
        return Response(status=status.HTTP_204_NO_CONTENT)


class PreferencesView(APIView):
    """Which engines one prefers."""

    required_scopes = {"GET": "chat:read"}

    @extend_schema(responses=PreferenceSerializer(many=True))
    def get(self, request: Request) -> Response:
        """By one's own votes, the most preferred first."""
        return Response(PreferenceSerializer(engine_preferences(account_of(request)), many=True).data)
