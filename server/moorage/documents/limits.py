"""What one document may ask of the reader, in one place. Where a limit bites, the document says so in a `Notice`.

Everything that is read comes from other people's files, so no text may take more than time in proportion to its length.
"""

DOCUMENT_BYTES = 2 * 1024 * 1024
"""A longer file is not read."""

LINE_BYTES = 65_535
"""A longer line makes BuildKit refuse the file (its scanner's buffer); the line is left out."""

EXPANSION_DEPTH = 100
"""How deep `${a:-${b:-…}}` may nest."""

VALUE_LENGTH = 1_024
"""How long a value may become when variables are filled in, in characters."""

VALUE_PIECES = 64
"""Of how many pieces such a value may be put together."""

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

YAML_SEARCH = 4
"""How many times the length of a damaged document is searched for closing quotes and brackets."""

YAML_DAMAGED = 512 * 1024
"""How much of a damaged document is read line by line, in characters."""

STREAM_DOCUMENTS = 10_000
"""How many documents of one stream are read."""

IMAGES = 10_000
"""How many images of one file are read."""

COMPOSE_EXTENDS = 20
"""How many services are followed, one extending the other."""

COMPOSE_ANCESTORS = 200
"""How many definitions of services one service is put together from; half-typed text may have a name twice."""

HCL_DEPTH = 60
"""How deep expressions and blocks of HCL may nest."""

HCL_EXPRESSIONS = 30_000
"""How many expressions of one document are read: the longest Bake files that people write have some 1,500."""

HCL_DAMAGED = 256 * 1024
"""How much of a damaged document is mended, in characters; of the rest the parser makes what it can."""

HCL_STEPS = 100_000
"""How many expressions of one document are evaluated."""

HCL_ITEMS = 5_000
"""How many items a list may have that an expression makes."""

HCL_TEXT = 1 << 16
"""How long a text may be that an expression makes, in characters."""

BAKE_COMBINATIONS = 500
"""How many targets one matrix makes."""

BAKE_TARGETS = 5_000
"""How many targets are read, those that a matrix makes counted one by one."""

BAKE_ANCESTORS = 50
"""How many targets inherit, one from the other."""

BAKE_INHERITED = 100_000
"""How many arguments and contexts the targets of one document inherit, all together."""

DEFINITION_DEPTH = 8
"""How deep variables of a pipeline may be defined by one another."""

VALUES_OF_A_PLACE = 16
"""How many values of one place are read that a matrix or parameters make."""

ENVIRONMENTS_OF_A_PLACE = 1_000
"""How many calls and combinations of a matrix are looked through for them."""

RUNS_OF_A_MATRIX = 256
"""How many runs one matrix makes (GitHub's own limit), and how many entries of its `include` and `exclude` are read."""

MATRIX_STEPS = 200_000
"""How often runs are compared with such entries in one document."""

EXTENDED_JOBS = 20
"""How many jobs are followed that one of GitLab's jobs extends."""

INCLUDED_FILES = 20
"""How many local files that a pipeline includes are searched for variables."""

INCLUDING_FOLDERS = 8
"""How many folders up the pipeline is looked for that includes a file."""

MEMBERS_OF_AN_OBJECT = 100
"""How many members of an object are read that a parameter has."""

CALLED_FILES = 50
"""How many files are read that a pipeline calls (GitHub allows 50), of which all may be as long as one document."""

CALLS = 200
"""How many calls of one pipeline are followed."""

IMAGES_OF_A_CALL = 100
"""How many images of a called file are looked at for each call."""

TOML_DEPTH = 60
"""How deep arrays and inline tables of TOML may nest."""
