{{ entity('posts') }}
