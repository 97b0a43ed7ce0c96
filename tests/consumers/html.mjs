// Opens HTML reports in a real browser and holds them against the JSON reports of the same runs.
//
//   node html.mjs NODE_MODULES FOLDER [CHROMIUM]
//
// FOLDER holds one, many, large, hostile, audit and population, each as .html and .json. Screenshots and a PDF are written beside them.
import assert from 'node:assert/strict';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const [modules, folder, executablePath = '/usr/bin/chromium'] = process.argv.slice(2);
const require = createRequire(`${resolve(modules)}/`);
const { chromium } = require('playwright-core');
const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

/** The most that a report may weigh, in bytes, and take to open, in milliseconds. */
const MOST_BYTES = 5_000_000;
/** A browser lays out some hundred thousand elements in a second or two. */
const MOST_ELEMENTS = 100_000;

const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
const json = (name) => JSON.parse(readFileSync(`${folder}/${name}.json`, 'utf8'));
const address = (name) => pathToFileURL(resolve(folder, `${name}.html`)).href;
const told = (text) => console.log(`html: ${text}`);

/** A page that fails the run when it complains, asks for anything or opens a dialog. */
async function opened(name, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  const faults = [];
  page.on('console', (message) => faults.push(`${message.type()}: ${message.text()}`));
  page.on('pageerror', (error) => faults.push(`error: ${error.message}`));
  page.on('dialog', (dialog) => { faults.push(`dialog: ${dialog.message()}`); dialog.dismiss(); });
  page.on('request', (request) => { if (request.url() !== address(name)) faults.push(`request: ${request.url()}`); });
  await page.goto(address(name));
  const close = async () => {
    await context.close();
    assert.deepEqual(faults, [], `${name}: complaints and requests`);
  };
  return { page, close };
}

const count = (list, key) => list.reduce((counts, item) => {
  counts[key(item)] = (counts[key(item)] || 0) + 1;
  return counts;
}, {});

/** The rows of a chart: label and numbers. */
const chart = (page, key) => page.$$eval(`table[data-chart=${key}] tbody tr`, (rows) => rows.map((row) => [
  row.cells[0].dataset.key ?? row.cells[0].textContent.trim(),
  Array.from(row.querySelectorAll('[data-value]'), (cell) => Number(cell.dataset.value)),
]));

async function figuresEqual(page, report) {
  const figures = await page.$$eval('[data-figure]', (all) => Object.fromEntries(
    all.map((figure) => [figure.dataset.figure, [Number(figure.dataset.value), figure.textContent]]),
  ));
  const { findings, ...rest } = report.summary;
  for (const [key, value] of Object.entries({ ...rest, ...findings })) {
    if (typeof value !== 'number' || !(key in figures)) continue;
    assert.deepEqual(figures[key], [value, value.toLocaleString('en-US')], key);
  }
  for (const key of ['scopes', 'allowed', 'denied', 'not_allowed', 'unknown', 'waived', 'not_evaluated', 'error', 'warning', 'note']) {
    assert.ok(key in figures, `the figure ${key}`);
  }

  const severities = count(report.findings, (finding) => finding.severity);
  const ofSeverities = (list) => ['error', 'warning', 'note'].map((word) => list.filter((f) => f.severity === word).length);
  assert.deepEqual(
    (await chart(page, 'severity')).map(([, values]) => values[0]),
    ['error', 'warning', 'note'].map((word) => severities[word] || 0),
  );
  const { summary } = report;
  assert.deepEqual(
    (await chart(page, 'verdict')).map(([, values]) => values[0]),
    [
      summary.allowed - summary.refused, summary.refused, summary.flagged, summary.no_policy - summary.flagged,
      summary.denied, summary.not_allowed, summary.unknown, summary.waived,
    ].filter((scopes) => scopes > 0),
  );
  for (const [label, values] of await chart(page, 'rule')) {
    const found = report.findings.filter((finding) => `${finding.code} ${finding.rule}` === label);
    assert.deepEqual(values, ofSeverities(found), label);
  }
  for (const [label, values] of await chart(page, 'app')) {
    const found = report.findings.filter((finding) => finding.app === label);
    assert.deepEqual(values, ofSeverities(found), label);
  }

  // Each scope of each application once, whatever its case.
  const held = new Map();
  for (const scope of report.scopes.filter((each) => each.scope)) {
    held.set(JSON.stringify([scope.app, scope.scope.toLowerCase(), scope.verdict]), scope);
  }
  for (const [label, values] of await chart(page, 'service')) {
    const scopes = [...held.values()].filter((each) => each.scope.split('.')[0] === label);
    assert.equal(values.reduce((a, b) => a + b, 0), scopes.length, label);
    const reads = scopes.filter((each) => /\.(read|view|get)$/i.test(each.scope)).length;
    if (reads > 0) assert.equal(values[0], reads, `${label}: reads`);
  }
  for (const [label, values] of await chart(page, 'data')) {
    const scopes = [...held.values()].filter((each) => each.data.includes(label));
    assert.equal(values.reduce((a, b) => a + b, 0), scopes.length, label);
  }
}

const rows = (page) => page.$$eval('.app tbody > tr', (all) => all
  .filter((row) => !row.closest('[data-hidden]'))
  .map((row) => ({ verdict: row.dataset.v, severity: row.dataset.s, app: row.closest('.app').id, text: row.textContent })));

async function filtersWork(page, name) {
  const settle = () => page.waitForTimeout(300);
  const before = await rows(page);
  for (const verdict of new Set(before.map((row) => row.verdict))) {
    await page.selectOption('#f-verdict', verdict);
    await settle();
    const shown = await rows(page);
    assert.deepEqual(shown, before.filter((row) => row.verdict === verdict), verdict);
    assert.match(await page.textContent('#f-status'), new RegExp(`^Showing ${shown.length} of ${before.length} `));
  }
  await page.selectOption('#f-verdict', '');
  for (const severity of new Set(before.map((row) => row.severity))) {
    await page.selectOption('#f-severity', severity);
    await settle();
    assert.deepEqual(await rows(page), before.filter((row) => row.severity === severity), severity);
  }
  await page.selectOption('#f-severity', '');
  await page.fill('#f-text', 'BOOKS invoices');
  await settle();
  const texts = (await rows(page)).map((row) => row.text.toLowerCase());
  assert.ok(texts.every((text) => text.includes('books') && text.includes('invoices')));
  await page.fill('#f-text', 'no such words at all');
  await settle();
  assert.deepEqual(await rows(page), []);
  await page.fill('#f-text', '');
  await page.selectOption('#f-app', '0');
  await settle();
  assert.deepEqual(await rows(page), before.filter((row) => row.app === 'app-0'));
  await page.click('#filter button[type=reset]');
  await settle();
  assert.deepEqual(await rows(page), before, 'reset');
  told(`${name}: filters by verdict, severity, application and text`);
}

async function sortingWorks(page, name) {
  const column = (n) => page.$$eval('#overview tbody tr', (all, at) => all.map((row) => row.cells[at].textContent.trim()), n);
  const head = (n) => page.locator('#overview thead th').nth(n);
  const [names, errors] = [await column(0), (await column(6)).map(Number)];
  await head(6).getByRole('button').press('Enter');
  assert.equal(await head(6).getAttribute('aria-sort'), 'descending');
  assert.deepEqual((await column(6)).map(Number), errors.toSorted((a, b) => b - a));
  await head(6).getByRole('button').click();
  assert.deepEqual((await column(6)).map(Number), errors.toSorted((a, b) => a - b));
  await head(0).getByRole('button').click();
  assert.equal(await head(6).getAttribute('aria-sort'), null);
  assert.deepEqual(await column(0), names.toSorted(new Intl.Collator('en', { numeric: true }).compare));
  await head(0).getByRole('button').click();
  await head(0).getByRole('button').click();
  assert.deepEqual(await column(0), names, 'the third press leads back');
  told(`${name}: sorts by mouse and keyboard`);
}

async function wholeWithoutScript(name, report) {
  const { page, close } = await opened(name, { javaScriptEnabled: false });
  const text = await page.locator('body').textContent();
  assert.ok(!await page.locator('#filter').isVisible(), 'no filter without script');
  for (const { scope, app } of report.scopes) assert.ok((!scope || text.includes(scope)) && (!app || text.includes(app)), scope);
  for (const { code } of report.findings) assert.ok(text.includes(code), code);
  const links = new Set(await page.$$eval('a.code', (all) => all.map((link) => `${link.textContent} ${link.href}`)));
  const pages = report.policy.rule_pages;
  assert.deepEqual([...links].sort(), [...new Set(report.findings.map(({ code }) => `${code} ${pages.replace('{code}', code)}`))].sort());
  for (const { waiver, expires } of report.waived) assert.ok(text.includes(waiver) && text.includes(expires), waiver);
  for (const { input } of report.not_evaluated) assert.ok(text.includes(input), input);
  for (const digest of [report.policy.digest, report.tool.catalog.digest]) assert.ok(text.includes(digest), digest);
  const fold = page.locator('details.app').first();
  if (!await fold.evaluate((element) => element.open)) await fold.locator('> summary').click();
  assert.ok(await fold.locator('table').first().isVisible(), 'folds open without script');
  await close();
  told(`${name}: complete without JavaScript`);
}

async function accessible(name, colorScheme, width) {
  // The page forbids scripts from elsewhere; the checker is one.
  const { page, close } = await opened(name, { colorScheme, bypassCSP: true, viewport: { width, height: 900 } });
  await page.$$eval('details', (folds) => folds.slice(0, 3).forEach((fold) => { fold.open = true; }));
  // What is off the screen is laid out once it is scrolled to; until then the checker would see it in the wrong place.
  await page.addStyleTag({ content: '.app { content-visibility: visible !important }' });
  await page.waitForTimeout(300);
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => window.axe.run(document, {
    runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
  }));
  const faults = violations.map(({ id, help, nodes }) => `${id}: ${help} (${nodes.length}×, ${nodes[0].html.slice(0, 200)})`);
  assert.deepEqual(faults, [], `${name} ${colorScheme} ${width}`);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  assert.ok(wide <= 0, `${name} at ${width} scrolls sideways by ${wide}`);
  await close();
  told(`${name}: no violation of WCAG 2.2 AA, ${colorScheme}, ${width} wide`);
}

/** At no width between a phone's and a desk's does a page scroll sideways. */
async function narrows(name) {
  const { page, close } = await opened(name);
  for (let width = 320; width <= 1280; width += 64) {
    await page.setViewportSize({ width, height: 900 });
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    assert.ok(wide <= 0, `${name} at ${width} scrolls sideways by ${wide}`);
  }
  await close();
  told(`${name}: fits every width from 320 to 1280`);
}

async function pictures(name) {
  for (const colorScheme of ['light', 'dark']) {
    const { page, close } = await opened(name, { colorScheme });
    await page.screenshot({ path: `${folder}/${name}-${colorScheme}.png` });
    await close();
  }
  const { page, close } = await opened(name);
  await page.emulateMedia({ media: 'print' });
  const unseen = await page.$$eval('.app tbody > tr, .said .help, pre > span', (all) => all.filter((each) => {
    const box = each.getBoundingClientRect();
    return box.width === 0 || (box.height === 0 && each.textContent.trim() !== '');
  }).length);
  // A page of many grants prints as a short edition, which leaves the folded parts out.
  if (!['audit', 'population'].includes(name)) assert.equal(unseen, 0, 'what is folded is printed');
  assert.equal(await page.$$eval('thead', (all) => all.filter((each) => getComputedStyle(each).display !== 'table-header-group').length), 0);
  await page.emulateMedia({ media: null });
  const pdf = await page.pdf({ format: 'A4', preferCSSPageSize: true });
  assert.equal(pdf.subarray(0, 5).toString(), '%PDF-');
  writeFileSync(`${folder}/${name}.pdf`, pdf);
  await close();
  told(`${name}: prints to ${Math.round(pdf.length / 1000)} kB of PDF`);
}

/** How heavy a page is to open: its bytes and the elements that a browser lays out, beside a bare table of as many. */
async function opensLightly(name) {
  const bytes = statSync(`${folder}/${name}.html`).size;
  assert.ok(bytes < MOST_BYTES, `${name}: ${bytes} bytes`);
  const painted = (page) => page.evaluate(() => new Promise((done) => {
    requestAnimationFrame(() => requestAnimationFrame(() => done(Math.round(performance.now()))));
  }));
  const { page, close } = await opened(name);
  const first = await painted(page);
  const elements = await page.evaluate(() => document.querySelectorAll('body *').length);
  await close();
  // Times depend on the machine: they are told beside a page without styles and scripts, and nothing is asserted of them.
  const peer = await browser.newPage();
  await peer.setContent(`<table>${'<tr><td>a</td><td>b</td><td>c</td><td>d</td></tr>'.repeat(elements / 5)}</table>`);
  const bare = await painted(peer);
  await peer.close();
  told(`${name}: ${(bytes / 1e6).toFixed(2)} MB, ${elements} elements; painted after ${first} ms, a bare table of as many after ${bare} ms`);
  assert.ok(elements < MOST_ELEMENTS, `${name} has ${elements} elements`);
}

/** An audit: figures, charts and lists equal the JSON report, and each scope stands under its grant. */
async function auditEqual(name) {
  const report = json(name);
  const { page, close } = await opened(name);
  const { all, by_app: byApp, by_rule: byRule } = report.totals;
  assert.match(await page.locator('#basis').textContent(), /Command line\s*zscope audit --as-of 2026-11-23 --plan /);
  const figures = await page.$$eval('[data-figure]', (list) => Object.fromEntries(
    list.map((figure) => [figure.dataset.figure, Number(figure.dataset.value)]),
  ));
  for (const key of ['grants', 'unknown_grants', 'failed_grants', 'offending_grants', 'scopes', 'allowed', 'waived']) {
    assert.equal(figures[key], all[key], key);
  }
  for (const key of ['error', 'warning', 'note']) assert.equal(figures[key], all.findings[key], key);
  assert.equal(figures.not_evaluated, report.summary.not_evaluated);
  for (const [label, values] of await chart(page, 'rule')) {
    const rule = byRule.find((each) => `${each.code} ${each.rule}` === label);
    assert.deepEqual(values, [rule.findings, rule.grants], label);
  }
  for (const [label, values] of await chart(page, 'app')) {
    const { findings } = byApp.find(({ app }) => (app ?? 'no application') === label);
    assert.deepEqual(values, [findings.error, findings.warning, findings.note], label);
  }
  const listed = await page.$$eval('#held-by tbody tr', (rows) => rows.map((row) => Array.from(row.cells, (cell) => cell.textContent.trim())));
  assert.equal(listed.length, report.grants.length, 'a line for each grant');
  for (const { name: grant, app, state, scopes, data_centre: centre } of report.grants) {
    assert.ok(listed.some((row) => row[0] === grant
      && (row[1] === (app ?? 'No application named') || (app === null && row[1] === `${grant} (not in the policy)`))
      && row[2] === (centre ?? 'not known') && row[3] === state && row[4] === String(scopes)), grant);
  }
  const under = await page.$$eval('.grant', (grants) => Object.fromEntries(grants.map((grant) => [
    grant.id, Array.from(grant.querySelectorAll('.held tbody th > code'), (code) => code.textContent.trim()),
  ])));
  // Of many grants the page tells application by application what they hold.
  const apart = report.grants.length <= 24;
  if (apart) report.grants.forEach((_, number) => {
    const held = report.scopes.filter((scope) => scope.grant === number).map((scope) => scope.scope ?? scope.written);
    assert.deepEqual(new Set(under[`grant-${number}`]), new Set(held), `scopes of grant ${number}`);
  });
  const unknown = await page.$$eval('.unknown-grants li', (list) => list.length);
  const shown = report.grants.filter(({ state }) => state === 'unknown').length;
  assert.equal(unknown, Math.min(shown, 50), 'unknown grants stand on their own');
  assert.equal(await page.locator('.partial').count(), report.grants.length < all.grants ? 1 : 0, 'a part is called one');
  const text = await page.locator('body').textContent();
  for (const plan of report.plans ?? []) {
    if (apart && plan.consent_url) assert.ok(text.includes(plan.consent_url), plan.consent_url);
  }
  assert.equal(await page.locator('.plan a').count(), 0, 'consent URLs are text');
  await onlySourcesAreLinked(page);
  await page.selectOption('#f-verdict', 'unknown');
  await page.waitForTimeout(300);
  const rowsLeft = await rows(page);
  assert.ok(rowsLeft.every((row) => row.verdict === 'unknown'));
  await close();
  told(`${name}: ${all.grants} grants, figures, lists and scopes under their grants equal the JSON report`);
}

/** Where no page about the rules is named, links lead to the sources of the catalog and say so; all others stay on the page. */
async function onlySourcesAreLinked(page) {
  const away = await page.$$eval('a:not([href^="#"])', (links) => links.map((link) => [
    link.getAttribute('href') === link.textContent && link.href.startsWith('https://'),
    link.closest('.related > li')?.textContent.startsWith('catalog: '),
  ]));
  assert.ok(away.flat().every(Boolean), JSON.stringify(away));
}

async function inert(name) {
  const { page, close } = await opened(name);
  assert.equal(await page.evaluate(() => document.scripts.length), 1);
  assert.equal(await page.locator('img, iframe, object, link, svg[onload]').count(), 0);
  const text = await page.locator('body').textContent();
  assert.ok(text.includes('<script>alert(1)</script>') && text.includes('{{ 7 * 7 }}'), 'hostile texts are shown');
  await onlySourcesAreLinked(page);
  await close();
  told(`${name}: inert`);
}

try {
  for (const name of ['one', 'many']) {
    const report = json(name);
    const { page, close } = await opened(name);
    await figuresEqual(page, report);
    told(`${name}: figures and charts equal the JSON report`);
    await filtersWork(page, name);
    if (await page.locator('#overview').count()) await sortingWorks(page, name);
    await close();
    await wholeWithoutScript(name, report);
    await narrows(name);
    await pictures(name);
  }
  // The checker takes its time with long pages: two at once.
  const looks = ['many', 'population', 'audit', 'hostile', 'one'].flatMap((name) => [
    [name, 'light', 1280], [name, 'light', 320], [name, 'dark', 1280],
  ]);
  const look = async () => { while (looks.length > 0) await accessible(...looks.shift()); };
  await Promise.all([look(), look()]);
  for (const name of ['audit', 'population']) {
    await auditEqual(name);
    await narrows(name);
    await pictures(name);
  }
  await inert('hostile');
  await opensLightly('large');
} finally {
  await browser.close();
}
