{{ entity('conversation_phrases') }}
