{{ entity('contacts') }}
