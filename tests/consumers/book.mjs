// Opens the book in a real browser: light and dark, narrow and wide, its search, and nothing asked of other hosts.
//
//   node book.mjs NODE_MODULES FOLDER [CHROMIUM]
//
// Pictures are written beside FOLDER.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { readFile } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { extname, join, resolve } from 'node:path';

const [modules, folder, executablePath = '/usr/bin/chromium'] = process.argv.slice(2);
const require = createRequire(`${resolve(modules)}/`);
const { chromium } = require('playwright-core');
const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
const told = (text) => console.log(`book: ${text}`);

const TYPES = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml', '.json': 'application/json' };
const server = createServer(async (request, response) => {
  const path = join(resolve(folder), decodeURIComponent(new URL(request.url, 'http://x').pathname));
  try {
    const content = await readFile(path.endsWith('/') ? `${path}index.html` : path);
    response.writeHead(200, { 'content-type': TYPES[extname(path)] ?? 'application/octet-stream' }).end(content);
  } catch {
    response.writeHead(404).end();
  }
});
await new Promise((done) => { server.listen(0, '127.0.0.1', done); });
const home = `http://127.0.0.1:${server.address().port}`;
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });

async function opened(path, options) {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const faults = [];
  page.on('pageerror', (error) => faults.push(error.message));
  page.on('request', (request) => { if (!request.url().startsWith(home)) faults.push(`asks ${request.url()}`); });
  page.on('response', (response) => { if (response.status() >= 400) faults.push(`${response.status()} ${response.url()}`); });
  await page.goto(`${home}/${path}`);
  return { page, close: async () => { await context.close(); assert.deepEqual(faults, [], path); } };
}

const all = [];

async function accessible(path, colorScheme, width) {
  const { page, close } = await opened(path, { colorScheme, viewport: { width, height: 900 } });
  await page.waitForTimeout(400);
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => window.axe.run(document, {
    runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'],
  }));
  const faults = violations.map(({ id, help, nodes }) => `${id}: ${help} (${nodes.length}×, ${nodes[0].html.slice(0, 160)})`);
  all.push(...faults.map((fault) => `${path} ${colorScheme} ${width}: ${fault}`));
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  if (wide > 0) all.push(`${path} at ${width} scrolls sideways by ${wide}`);
  await page.screenshot({ path: `${folder}/../${path.replaceAll('/', '-')}-${colorScheme}-${width}.png` });
  await close();
}

async function found(words, expected) {
  const { page, close } = await opened('index.html', { viewport: { width: 1280, height: 900 } });
  await page.waitForTimeout(400);
  await page.keyboard.press('s');
  await page.waitForSelector('#mdbook-searchbar, #searchbar', { state: 'visible' });
  await page.keyboard.type(words);
  await page.waitForSelector('#mdbook-searchresults li, #searchresults li', { timeout: 30_000 });
  const results = await page.$$eval('#mdbook-searchresults li, #searchresults li', (all) => all.map((each) => [
    each.querySelector('a')?.getAttribute('href') ?? '', each.textContent,
  ]));
  assert.ok(results.slice(0, 10).some(([link, text]) => expected.test(`${link} ${text}`)), `${words}: ${JSON.stringify(results).slice(0, 800)}`);
  await close();
  told(`the search finds "${words}" (${results.length} results)`);
}

try {
  const pages = ['index.html', 'getting-started.html', 'policies.html', 'rules/ZS201.html', 'services/ZohoExpense.html'];
  for (const path of pages) {
    for (const [scheme, width] of [['light', 1280], ['light', 320], ['dark', 1280], ['dark', 320]]) await accessible(path, scheme, width);
  }
  assert.deepEqual(all, []);
  told(`${pages.length} pages: no violation of WCAG 2.2 AA, light and dark, 320 and 1280 wide, and none scrolls sideways`);
  await found('delete invoices', /services\/\w+\.html\S*[\s\S]*invoices/i);
  await found('full-access', /ZS201/);
} finally {
  await browser.close();
  server.close();
}
