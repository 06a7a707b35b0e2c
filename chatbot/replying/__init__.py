"""The two writers of replies: an asyncio job for remote engines, a worker's task for local ones."""
