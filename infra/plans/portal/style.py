"""The style of the portal page. Colours have a contrast of 4.5:1 or more on what they stand on."""

STYLE = """
:root { color-scheme: light dark; --ink: #1b2430; --soft: #526070; --line: #dde3ea; --page: #f4f6f9; --card: #fff;
  --link: #1257b8; --code: #eef2f7; --live: #0a6b3d; --live-on: #dff5e8;
  --deprecated: #7a4a00; --deprecated-on: #fdf0d5; --retired: #8a1f2b; --retired-on: #fde5e7; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6ebf2; --soft: #a5b1c0; --line: #2c3644; --page: #11161d;
  --card: #19202a; --link: #8ab8ff; --code: #232c38; --live: #7fe0ac; --live-on: #12372a; --deprecated: #f4c978;
  --deprecated-on: #3d2d10; --retired: #ffa3ac; --retired-on: #45191f; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
header, main { max-width: 60rem; margin: 0 auto; padding: 0 1.25rem; }
header { display: flex; flex-wrap: wrap; gap: .25rem 1rem; align-items: baseline; padding-top: 1.5rem; }
header p { margin: 0; color: var(--soft); }
nav { margin-left: auto; display: flex; gap: 1rem; }
h1 { margin: 0; font-size: 1.5rem; letter-spacing: -.01em; }
h2 { margin: 0; font-size: 1.25rem; }
h2 code { margin-left: .4rem; font-size: .8rem; font-weight: 400; color: var(--soft); }
h3 { margin: 1.25rem 0 .4rem; font-size: 1rem; }
h3 small { margin-left: .6rem; font-weight: 400; color: var(--soft); }
a { color: var(--link); }
section { margin: 1.25rem 0; padding: 1.5rem; border-radius: 12px;
  background: var(--card); border: 1px solid var(--line); }
.lead { margin: .25rem 0 1.25rem; color: var(--soft); }
dl { display: grid; grid-template-columns: repeat(auto-fit, minmax(11rem, 1fr)); gap: 1rem; margin: 0; }
dt { font-size: .8rem; color: var(--soft); }
dd { margin: 0; font-weight: 600; }
dd small { font-weight: 400; color: var(--soft); }
.consumers { margin: 0; padding-left: 1.1rem; }
article { margin-top: 1.25rem; border-top: 1px solid var(--line); }
article p { margin: .4rem 0; }
.badge { margin-left: .3rem; padding: .1rem .55rem; border-radius: 99px; font-size: .8rem; font-weight: 600; }
.live { color: var(--live); background: var(--live-on); }
.deprecated { color: var(--deprecated); background: var(--deprecated-on); }
.retired { color: var(--retired); background: var(--retired-on); }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th { font-size: .8rem; font-weight: 400; text-align: left; color: var(--soft); }
th, td { padding: .1rem 1.25rem .1rem 0; }
meter { width: 10rem; vertical-align: middle; }
code { font: .875em ui-monospace, "DejaVu Sans Mono", monospace; }
pre { margin: .75rem 0 0; padding: .8rem 1rem; background: var(--code); border-radius: 8px;
  white-space: pre-wrap; overflow-wrap: anywhere; }
:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
"""
