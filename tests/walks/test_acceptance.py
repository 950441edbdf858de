"""What people come for, and the most presses that each may cost, on every platform."""


async def test_preview(walk):
    await walk.walker.types("/newsdesk preview")
    assert "Preview of" in walk.walker.text
