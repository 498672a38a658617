import { Html } from '../../shared/lambda/html.ts';

/**
 * The page's own style, the same in every console: `cwdb-no-default-styles` takes the console's away. Its dark theme has
 * the class `cwdb-theme-dark` around the widget; the page has `co-dark` where the call says so.
 */
export const STYLE = new Html(`<style>
.co{--ink:#16191f;--soft:#5f6b7a;--line:#d5dbdb;--paper:#fff;--track:#e3e7ea;--bar:#0972d3;--good:#037f0c;--bad:#c7162b;--warn:#8a5a00;--link:#0972d3;
background:var(--paper);color:var(--ink);font:13px/1.45 "Amazon Ember","Open Sans","Helvetica Neue",Arial,sans-serif;padding:4px 12px 12px;text-align:left}
.cwdb-theme-dark .co,.co.co-dark{--ink:#e4e8ec;--soft:#a5b0bc;--line:#3c4756;--paper:#161d26;--track:#303b49;--bar:#539fe5;--good:#4fd169;--bad:#ff7a84;--warn:#f2c744;--link:#89bdee}
.co *{box-sizing:border-box}
.co h2{font-size:15px;line-height:1.3;font-weight:700;margin:18px 0 6px;color:var(--ink)}
.co p{margin:4px 0;color:var(--ink)}
.co .co-soft{color:var(--soft)}
.co a{color:var(--link);text-decoration:underline}
.co table{width:100%;border-collapse:collapse;color:var(--ink);background:none}
.co th,.co td{text-align:left;vertical-align:top;padding:6px 12px 6px 0;border:0;border-bottom:1px solid var(--line);overflow-wrap:anywhere;color:var(--ink);background:none;font-weight:400}
.co thead th{color:var(--soft);font-weight:600;white-space:nowrap}
.co tbody th,.co strong{font-weight:600}
.co th .co-soft,.co th a{font-weight:400}
.co .co-progress{width:34%}
.co .co-status{white-space:nowrap;font-weight:600}
.co .co-act{text-align:right;white-space:nowrap;padding-right:0;width:1%}
.co .co-time{white-space:nowrap;width:1%}
.co .co-bar{height:8px;border-radius:4px;background:var(--track);overflow:hidden;margin:5px 0;min-width:120px}
.co .co-bar span{display:block;height:100%;background:var(--bar)}
.co .co-good{color:var(--good)}
.co .co-bad{color:var(--bad)}
.co .co-warn{color:var(--warn)}
.co button{font:600 12px/1.2 inherit;font-family:inherit;color:var(--link);background:none;border:1px solid var(--link);border-radius:12px;padding:4px 12px;margin:0 0 2px 6px;cursor:pointer}
.co button:hover,.co button:focus{background:var(--track);outline:2px solid var(--link);outline-offset:1px}
.co .co-hidden{position:absolute;width:1px;height:1px;overflow:hidden;clip:rect(0 0 0 0)}
</style>`);
