"""What tests need that ask something on this machine."""

import ssl

# Nothing is secured here, and to load the usual certificates takes longer than a request.
NO_CERTIFICATES = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
