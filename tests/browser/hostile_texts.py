"""Forty texts that try to become more than text. Each would set ``window.broken`` or ask a host.

Written for this test. `{n}` is the payload's number, so that a hit names the one that worked.
"""

ELSEWHERE = "http://elsewhere.invalid"

TEMPLATES = (
    # Elements that run at once or when drawn.
    "<script>window.broken={n}</script>",
    "<SCRIPT SRC=//elsewhere.invalid/{n}.js></SCRIPT>",
    "<img src=x onerror=window.broken={n}>",
    '<img src="http://elsewhere.invalid/{n}.png">',
    "<svg onload=window.broken={n}>",
    "<svg><script>window.broken={n}</script></svg>",
    "<svg><animate onbegin=window.broken={n} attributeName=x dur=1s>",
    "<body onload=window.broken={n}>",
    '<iframe src="javascript:parent.broken={n}"></iframe>',
    '<iframe srcdoc="<script>parent.broken={n}</script>"></iframe>',
    '<object data="javascript:window.broken={n}"></object>',
    '<embed src="http://elsewhere.invalid/{n}.swf">',
    "<video><source onerror=window.broken={n}></video>",
    "<audio src=x onerror=window.broken={n}>",
    "<details open ontoggle=window.broken={n}>read</details>",
    "<input autofocus onfocus=window.broken={n}>",
    "<select autofocus onfocus=window.broken={n}></select>",
    "<textarea autofocus onfocus=window.broken={n}></textarea>",
    "<marquee onstart=window.broken={n}>read</marquee>",
    "<template><script>window.broken={n}</script></template>",
    # Elements that change the page round them.
    '<meta http-equiv="refresh" content="0;url=http://elsewhere.invalid/{n}">',
    '<base href="http://elsewhere.invalid/{n}/">',
    '<link rel="stylesheet" href="http://elsewhere.invalid/{n}.css">',
    "<style>body{{background:url(http://elsewhere.invalid/{n}.png)}}</style>",
    '<form action="http://elsewhere.invalid/{n}"><button>Submit</button></form>',
    '<div style="position:fixed;inset:0;z-index:9999" id="broken-{n}">over it all</div>',
    # Ways out of an attribute, a text area, a comment, a script, a style.
    '"><script>window.broken={n}</script>',
    "'><img src=x onerror=window.broken={n}>",
    "</textarea><script>window.broken={n}</script>",
    "</title><script>window.broken={n}</script>",
    "--><script>window.broken={n}</script>",
    "</script><script>window.broken={n}</script>",
    "</style><script>window.broken={n}</script>",
    "]]><script>window.broken={n}</script>",
    # What a renderer of Markdown, of templates or of formulas may believe.
    "[read](javascript:window.broken={n})",
    "![read](http://elsewhere.invalid/{n}.png)",
    "<http://elsewhere.invalid/{n}>",
    "{{{{constructor.constructor('window.broken={n}')()}}}}",
    "$\\href{{javascript:window.broken={n}}}{{read}}$",
    # A text that hides its end and one that turns round what follows.
    "\u202e<img src=x onerror=window.broken={n}>\u202c\u2066read\u2069",
)

PAYLOADS = tuple(template.format(n=number) for number, template in enumerate(TEMPLATES, start=1))
