#include "report/html_page.h"

#include "report/html_text.h"

namespace mtt {
namespace {

constexpr const char* kStyle = R"css(
:root { color-scheme: light dark; --ink: #1f2328; --ground: #fff; --soft: #59636e; --line: #d1d9e0; --panel: #f6f8fa;
  --accent: #0969da; --mark: #cfe8fc; --gold: #fde3b5; --note: #8a4500; --wrong: #d55e00; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e9ec; --ground: #16191d; --soft: #9aa4ae; --line: #363c44;
  --panel: #1f2429; --accent: #58a6ff; --mark: #17405e; --gold: #5a4410; --note: #e8a363; } }
* { box-sizing: border-box; }
body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--ground); margin: 0 auto;
  max-width: 76rem; padding: 1.5rem 1rem 3rem; }
h1 { font-size: 1.8rem; line-height: 1.2; margin: 0 0 1rem; overflow-wrap: anywhere; }
h2 { margin: 3rem 0 1rem; padding-bottom: .3rem; border-bottom: 1px solid var(--line); overflow-wrap: anywhere; }
h3 { margin: 2.2rem 0 .6rem; overflow-wrap: anywhere; }
p, li { max-width: 60rem; overflow-wrap: anywhere; }
.facts { display: grid; grid-template-columns: max-content 1fr; gap: .15rem 1rem; margin: 0 0 1.5rem; }
.facts dt { color: var(--soft); } .facts dd { margin: 0; overflow-wrap: anywhere; }
.cards { display: grid; grid-template-columns: repeat(auto-fill, minmax(10.5rem, 1fr)); gap: .8rem; margin: 1rem 0 1.5rem; padding: 0;
  list-style: none; }
.cards li { background: var(--panel); border: 1px solid var(--line); border-radius: 6px; padding: .6rem .8rem; }
.cards b { display: block; font-size: 1.5rem; line-height: 1.3; font-variant-numeric: tabular-nums; }
.cards small { display: block; color: var(--soft); }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 26rem), 1fr)); gap: 1.5rem 1rem; }
figure { margin: 0 0 1rem; overflow-x: auto; } figcaption { font-weight: 600; margin-bottom: .3rem; }
svg { display: block; max-width: 100%; height: auto; } svg .ground { fill: none; }
.large svg { min-width: 30rem; }
.wide { overflow-x: auto; max-width: 100%; margin: .5rem 0 1rem; }
table { border-collapse: collapse; font-size: 13px; font-variant-numeric: tabular-nums; }
td, th { border-bottom: 1px solid var(--line); padding: .25rem .7rem; text-align: left; white-space: nowrap; }
thead th { border-bottom: 2px solid var(--line); vertical-align: bottom; }
.number { text-align: right; }
th button { font: inherit; font-weight: 600; color: inherit; background: none; border: 0; padding: 0; cursor: pointer; }
th button::after { content: "\00a0↕"; color: var(--soft); opacity: .6; }
th[aria-sort=ascending] button::after { content: "\00a0↑"; opacity: 1; }
th[aria-sort=descending] button::after { content: "\00a0↓"; opacity: 1; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
tbody tr:hover { background: var(--panel); }
table.confusion td { text-align: right; min-width: 2rem; border: 1px solid var(--line); }
table.confusion th { font-weight: normal; } table.confusion tbody tr:hover { background: none; }
mark { background: var(--mark); color: inherit; border-radius: 3px; padding: 0 .2em; }
mark sub { color: var(--soft); margin-left: .3em; } .gold mark { background: var(--gold); }
.example { margin: .4rem 0; overflow-wrap: anywhere; } .wrong { border-left: 3px solid var(--wrong); padding-left: .5rem; }
pre { background: var(--panel); padding: 1rem; overflow-x: auto; font-size: 12px; }
summary { cursor: pointer; font-weight: 600; } details { margin: 1rem 0; }
.note { color: var(--note); } .legend { color: var(--soft); font-size: 13px; }
@media print {
  :root { color-scheme: light; --ink: #000; --ground: #fff; --soft: #444; --line: #bbb; --panel: #fff; --mark: #cfe8fc;
    --gold: #fde3b5; --note: #8a4500; }
  body { font-size: 11px; max-width: none; padding: 0; } table { font-size: 9px; } td, th { padding: .15rem .4rem; }
  td, th { white-space: normal; } .wide, figure { overflow: visible; } th button::after { content: none; }
  .charts { grid-template-columns: 1fr 1fr; } .large svg { min-width: 0; }
  figure, tr, .example, .cards li { break-inside: avoid; } h2, h3 { break-after: avoid; }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
)css";

constexpr const char* kScript = R"js(
for (const table of document.querySelectorAll('table.sortable')) {
  const heads = [...table.tHead.rows[0].cells], body = table.tBodies[0];
  heads.forEach((head, column) => {
    const button = document.createElement('button');
    button.type = 'button';
    button.textContent = head.textContent;
    head.replaceChildren(button);
    const text = row => row.cells[column] ? row.cells[column].textContent : '';
    const number = row => parseFloat(text(row).replace(/[~,]/g, ''));
    button.addEventListener('click', () => {
      const sign = head.getAttribute('aria-sort') === 'ascending' ? -1 : 1;
      for (const other of heads) other.removeAttribute('aria-sort');
      head.setAttribute('aria-sort', sign > 0 ? 'ascending' : 'descending');
      const known = head.classList.contains('number') ? row => !isNaN(number(row)) : row => text(row) !== '';
      const compare = head.classList.contains('number')
        ? (a, b) => number(a) - number(b)
        : (a, b) => text(a).localeCompare(text(b), undefined, {numeric: true});
      const rows = [...body.rows];
      body.append(...rows.filter(known).sort((a, b) => sign * compare(a, b)), ...rows.filter(row => !known(row)));
    });
  });
}
addEventListener('beforeprint', () => document.querySelectorAll('details:has(table)').forEach(one => one.open = true));
)js";

/// The SHA-256 digest of kScript; a test compares it.
constexpr const char* kScriptDigest = "SrpdWKkO1LHs5kKTW0uyWUWKruwkLVWO/VOpZOVEoCY=";

}  // namespace

std::string html_page(const std::string& title, const std::string& body) {
  return "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
         "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
         "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
         "'unsafe-inline'; script-src 'sha256-" +
         std::string(kScriptDigest) + "'\">\n<title>" + html_text(title) + "</title>\n<style>" + kStyle +
         "</style>\n</head>\n<body>\n<h1>" + html_text(title) + "</h1>\n" + body + "<script>" + kScript +
         "</script>\n</body>\n</html>\n";
}

}  // namespace mtt
