"""Schemathesis (pip install schemathesis==4.32.5) against a running arena: does the API do what its OpenAPI document says?

    AGON_RATE_LIMITS=off npm start -- --data /tmp/fuzzed --port 3000
    python schemathesis_peer.py http://127.0.0.1:3000 "$(node -p 'require("/tmp/fuzzed/server.json").ownerKey')" [examples]

Use a data folder of its own: the calls make, change and remove what is in it. Streams of events are left out, since they
do not end. Prints what Schemathesis prints, and ends as it does: 0 where no call contradicts the document.
"""

import subprocess
import sys
import tempfile

url, key, *rest = sys.argv[1:]
examples = rest[0] if rest else "30"
sys.exit(
    subprocess.call(
        [
            "schemathesis",
            "run",
            f"{url}/api/v1/openapi.json",
            "--url",
            url,
            "--header",
            f"Authorization: Bearer {key}",
            "--max-examples",
            examples,
            "--seed",
            "1",
            "--request-timeout",
            "20",
            "--exclude-operation-id",
            "watchBoard",
            "--checks",
            # what is true of replies; that a body which fits its schema may still be refused for what it means is no contradiction.
            # ignored_auth is not among them: it invents a session cookie beside the key, and beside a key no cookie counts;
            # test/api/guards.test.ts asks every call without either
            "not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance,"
            "response_schema_conformance,negative_data_rejection,unsupported_method,use_after_free",
        ],
        # it keeps what it found beside itself
        cwd=tempfile.mkdtemp(),
    )
)
