"""What one document may ask of the reader, in one place. Where a limit bites, the document says so in a `Notice`.

Everything that is read comes from other people's files, so no text may take more than time in proportion to its length.
"""

DOCUMENT_BYTES = 2 * 1024 * 1024
"""A longer file is not read."""

LINE_BYTES = 65_535
"""A longer line makes BuildKit refuse the file (its scanner's buffer); the line is left out."""

EXPANSION_DEPTH = 100
"""How deep `${a:-${b:-…}}` may nest."""

VALUE_LENGTH = 4_096
"""How long a value may become when variables are filled in, in characters."""

PATTERN_LENGTH = 256
"""How long the pattern of `${variable#pattern}` may be, in characters."""

ARGUMENTS = 1_000
"""How many ARGs before the first FROM are read."""

REFUSALS = 20
"""How many refused instructions of one document are spoken of."""

YAML_DEPTH = 200
"""Collections nested deeper than this are not read. libyaml itself stops at 1,000."""

YAML_MERGES = 100
"""How many mappings are searched through merge keys for one key."""

COMPOSE_EXTENDS = 20
"""How many services are followed, one extending the other."""
