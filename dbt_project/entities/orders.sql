{{ entity('orders') }}
