"""Where values stand that a usage takes from other files: a finding about it says so."""

from moorage.findings.finding import Finding
from moorage.severity import Severity


def with_places(finding: Finding) -> Finding:
    """The finding, with the files in which the variables of its usage are set; a hint stays as it is."""
    if finding.usage is None or finding.severity <= Severity.HINT:
        return finding
    segments = (s for s in finding.usage.segments if s.name is not None and s.document is not None)
    places = dict.fromkeys(f"{s.name} is set in {s.document}" for s in segments)
    return finding._replace(message=f"{finding.message}; {', '.join(places)}") if places else finding
