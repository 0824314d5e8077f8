"""Builds the client schema from a server's introspection and validates documents against it, as Python clients do.

Arguments: URL of the GraphQL endpoint. Standard input: GraphQL documents. Prints a JSON object: version, directives, errors.
Runs with graphql-core 2 (Debian 12) and 3 (Debian 13).
"""

import json
import sys
from urllib.request import Request, urlopen

import graphql
from graphql import build_client_schema, parse, validate

try:
    from graphql import get_introspection_query

    query = get_introspection_query()
except ImportError:  # graphql-core 2
    from graphql.utils.introspection_query import introspection_query as query

body = json.dumps({"query": query}).encode()
with urlopen(Request(sys.argv[1], body, {"Content-Type": "application/json"})) as response:
    introspection = json.load(response)

schema = build_client_schema(introspection["data"])
directives = schema.directives if hasattr(schema, "directives") else schema.get_directives()
errors = validate(schema, parse(sys.stdin.read()))
print(
    json.dumps(
        {
            "version": getattr(graphql, "version", None) or graphql.__version__,
            "directives": [directive.name for directive in directives],
            "errors": [str(error) for error in errors],
        }
    )
)
