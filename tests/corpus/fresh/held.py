import os
SCOPES = os.environ.get("ZOHO_SCOPES", "ZohoPeople.forms.READ")
DEFAULTS = dict(scope="ZohoPeople.leave.READ", access_type="offline")

def need(scope="ZohoPeople.attendance.READ"):
    """Without ZohoPeople.forms.ALL nothing is written."""
    assert "ZohoPeople.forms.READ" in SCOPES
    logger.warning("token has no %s", "ZohoPeople.leave.READ")
    return {"ZohoPeople.forms.READ": "forms"}.get(scope)

@pytest.mark.parametrize("scope", ["ZohoPeople.forms.READ"])
def test_need(scope): ...
