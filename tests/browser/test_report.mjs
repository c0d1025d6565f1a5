// Opens the reports that run.sh made, in a real browser, and checks what a reader would see and do.
import {createRequire} from 'node:module';
import {mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {pathToFileURL} from 'node:url';

const folder = process.env.STIMGEN_BROWSER;
const load = createRequire(join(folder, 'package.json'));
const {chromium} = load('playwright-core');
const axeSource = readFileSync(load.resolve('axe-core/axe.min.js'), 'utf8');
const inReports = name => join(folder, 'reports', name);
const urlOf = name => pathToFileURL(inReports(name)).href;
const json = name => JSON.parse(readFileSync(inReports(name), 'utf8'));

const FLAGS = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update',
  '--disable-sync', '--no-first-run', '--disable-quic'];
const profile = mkdtempSync(join(tmpdir(), 'stimgen-browser-'));
const context = await chromium.launchPersistentContext(profile, {
  executablePath: process.env.STIMGEN_CHROMIUM, args: FLAGS, viewport: {width: 1280, height: 900}, colorScheme: 'light'});

let passed = 0;
let failed = 0;
function check(condition, what, more = '') {
  if (condition) { ++passed; return; }
  ++failed;
  console.log(`FAILED ${what} ${more}`);
}
const near = (a, b, share = 1e-6) => Math.abs(a - b) <= share * Math.max(1, Math.abs(a), Math.abs(b));

// A page with everything it said and asked for.
async function open(name) {
  const page = await context.newPage();
  const said = [];
  const asked = [];
  page.on('console', message => said.push(`${message.type()}: ${message.text()}`));
  page.on('pageerror', error => said.push(`error: ${error.message}`));
  page.on('request', request => asked.push(request.url()));
  const start = Date.now();
  await page.goto(urlOf(name));
  await page.evaluate(() => window.stimgenReport.ready);
  const milliseconds = Date.now() - start;
  check(said.length === 0, `${name}: the console is silent`, said.join(' | '));
  check(asked.length === 1 && asked[0] === urlOf(name), `${name}: one request, the page itself`, asked.join(' '));
  return {page, said, asked, milliseconds};
}

// Charts whose canvas has fewer than `least` pixels that are drawn.
const emptyCharts = page => page.evaluate(() => {
  const empty = [];
  for (const [id, chart] of window.stimgenReport.charts) {
    const {left, top, width, height} = chart.bbox;
    const {data} = chart.ctx.getImageData(left + 2, top + 2, width - 4, height - 4);
    const grid = getComputedStyle(document.documentElement).getPropertyValue('--grid').trim();
    const [r, g, b] = [1, 3, 5].map(at => parseInt(grid.slice(at, at + 2), 16));
    let drawn = 0;
    for (let i = 0; i < data.length; i += 4) {
      const isGrid = Math.abs(data[i] - r) + Math.abs(data[i + 1] - g) + Math.abs(data[i + 2] - b) < 12;
      if (data[i + 3] > 30 && !isGrid) ++drawn;
    }
    if (drawn < 30) empty.push(`${id} (${drawn})`);
  }
  return empty;
});

// Axes without a unit: those of names and of counts say what they count. All others end in "(s)", "(Hz)", "(%)" …
const axesWithoutUnit = page => page.evaluate(() => {
  const counts = ['Group', 'Nodes', 'Nodes by group', 'Spikes'];
  const without = [];
  for (const [id, chart] of window.stimgenReport.charts) {
    for (const {label} of chart.axes) if (!counts.includes(label) && !/\((s|ms|ms, logarithmic|Hz|%)\)$/.test(label)) without.push(`${id}: ${label}`);
  }
  return without;
});

// What can be used or scrolled but is never reached by the Tab key; and charts that a screen reader finds no words for.
async function unreachable(page) {
  const wanted = await page.evaluate(() => {
    const all = [...document.querySelectorAll('a[href], button, input, summary, [tabindex="0"]')].filter(one => one.getClientRects().length > 0);
    all.forEach((one, i) => { one.dataset.stop = i; });
    document.activeElement.blur();
    return all.length;
  });
  const reached = new Set();
  for (let i = 0; i < wanted + 5; ++i) {
    await page.keyboard.press('Tab');
    reached.add(await page.evaluate(() => document.activeElement.dataset.stop));
  }
  reached.delete(undefined);
  return page.evaluate(([stops, count]) => {
    const missed = [];
    for (let i = 0; i < count; ++i) if (!stops.includes(String(i))) missed.push(document.querySelector(`[data-stop="${i}"]`).outerHTML.slice(0, 80));
    for (const figure of document.querySelectorAll('figure')) {
      const plot = figure.querySelector('.plot');
      const said = plot.getAttribute('role') === 'img' && plot.getAttribute('aria-label').length > 20 && figure.querySelector('details summary');
      if (!said) missed.push(`${figure.id} has no words or no table`);
    }
    return missed;
  }, [[...reached], wanted]);
}

async function violations(page) {
  await page.addScriptTag({content: axeSource});
  return page.evaluate(async () => {
    const result = await window.axe.run(document, {resultTypes: ['violations']});
    return result.violations.map(v => `${v.id}: ${v.nodes.slice(0, 3).map(n => n.target.join(' ') + ' ' + (n.any[0]?.message || '')).join(', ')}`);
  });
}

const shot = (target, name) => target.screenshot({path: join(folder, 'screenshots', `${name}.png`)});

async function tutorial() {
  const {page} = await open('tutorial.html');
  const size = readFileSync(inReports('tutorial.html')).length;
  check(size < 10e6, 'tutorial: under 10 MB', `${size}`);
  const counts = await page.evaluate(() => ({
    charts: window.stimgenReport.charts.size,
    figures: document.querySelectorAll('figure').length,
    sections: window.stimgenReport.sections.length,
  }));
  check(counts.sections === 9, 'tutorial: nine sections', JSON.stringify(counts));
  check(counts.charts === counts.figures && counts.charts > 60, 'tutorial: a chart in every figure', JSON.stringify(counts));
  const empty = await emptyCharts(page);
  check(empty.length === 0, 'tutorial: every chart has drawn', empty.join(', '));

  // What is drawn is what the command line says.
  const psth = json('psth.json').populations[0];
  const shown = await page.evaluate(() => {
    const section = window.stimgenReport.sections.find(one => one.name === 'long');
    const chart = window.stimgenReport.charts.get(section.id + '-rate');
    return {raw: chart.data[1], smoothed: chart.data[1 + section.groups.length], spikes: section.raster.ticks.length,
      times: [section.raster.ticks[0] * section.raster.tickMs, section.raster.ticks.at(-1) * section.raster.tickMs]};
  });
  check(shown.raw.length === psth.groups[0].rate_hz.length && shown.raw.every((v, i) => near(v, psth.groups[0].rate_hz[i], 1e-5)),
    'tutorial: raw rates are those of psth');
  check(shown.smoothed.every((v, i) => near(v, psth.groups[0].smoothed_hz[i], 1e-5)), 'tutorial: smoothed rates are those of psth');
  const inFile = json('long.json').populations[0].groups.reduce((sum, group) => sum + group.spikes, 0);
  check(inFile > 10000 && shown.spikes === inFile, 'tutorial: the raster holds every spike', `${shown.spikes}`);
  check(shown.times[0] >= 1000 && shown.times[0] < 1100 && shown.times[1] < 14000, 'tutorial: spikes lie in the bursts', shown.times);
  const stats = json('stats.json').populations[0].groups;
  const table = await page.evaluate(() => {
    const section = window.stimgenReport.sections.find(one => one.name === 'shell');
    return section.groups.map(group => ({label: group.label, spikes: group.spikes, median: group.rates.median,
      histogram: group.histogram.nodes.reduce((a, b) => a + b, 0), requested: group.histogram.requested.reduce((a, b) => a + b, 0)}));
  });
  stats.forEach((group, i) => {
    check(table[i].spikes === group.spikes && near(table[i].median, group.median_rate_hz), `tutorial: counts and median of ${table[i].label}`);
    check(table[i].histogram === group.nodes, `tutorial: the histogram of ${table[i].label} holds every node`);
    check(table[i].requested > 0.8 * group.nodes && table[i].requested <= group.nodes * 1.0001,
      `tutorial: the requested distribution of ${table[i].label} has its size`, `${table[i].requested}`);
  });

  // What the batch is.
  const batch = await page.evaluate(() => ({
    recipe: document.querySelector('#overview pre').textContent, marked: document.querySelectorAll('#overview pre span').length,
    text: document.getElementById('overview').textContent, drawn: [...document.querySelectorAll('#overview .graph g title')].map(one => one.textContent),
    rows: document.querySelectorAll('#overview table')[0].tBodies[0].rows.length,
    locked: [...document.querySelectorAll('#overview td')].filter(one => one.textContent === 'as locked').length,
    ok: document.querySelectorAll('#overview td .ok').length}));
  check(batch.recipe.trim() === readFileSync(inReports('tutorial.yaml'), 'utf8').trim() && batch.marked > 50, 'tutorial: the recipe is there, with colours');
  check(/network \d+, spikes \d+/.test(batch.text) && /stimgen \d+\.\d+/.test(batch.text) && /HDF5 \d/.test(batch.text), 'tutorial: seeds and versions are said');
  const digests = readFileSync(inReports('digests.txt'), 'utf8').trim().split('\n').map(one => one.split(' ')[0]);
  check(digests.length === 9 && digests.every(one => batch.text.includes(one)), 'tutorial: digests are those of stimgen digest');
  const tasks = json('plan.json').tasks.map(one => one.name);
  check(tasks.length > 9 && tasks.length === batch.drawn.length && tasks.every(one => batch.drawn.includes(one)), 'tutorial: the graph has every task', batch.drawn.join(' '));
  check(batch.rows === 9 && batch.locked === 9 && batch.ok === 9, 'tutorial: every file has a row, as locked and ok', JSON.stringify([batch.rows, batch.locked, batch.ok]));

  const unitless = await axesWithoutUnit(page);
  check(unitless.length === 0, 'tutorial: every axis has its unit', unitless.join(', '));
  const missed = await unreachable(page);
  check(missed.length === 0, 'tutorial: the keyboard reaches everything, and every chart has words and a table', missed.slice(0, 5).join(' | '));

  // As they are before anything is opened: these are the README's pictures, in which the zoom buttons stay in their place.
  await page.evaluate(() => { document.activeElement.blur(); scrollTo(0, 0); });
  const inPlace = await page.addStyleTag({content: '.controls { position: static !important; }'});
  for (const id of ['s1', 's2']) await shot(page.locator(`#${id}`), `tutorial-light-${id}`);
  await inPlace.evaluate(style => style.remove());

  await interactions(page);
  const light = await violations(page);
  check(light.length === 0, 'tutorial: axe-core finds nothing in light', light.join('\n'));
  await page.evaluate(() => scrollTo(0, 0));
  await shot(page, 'tutorial-light');
  await shot(page.locator('#overview'), 'tutorial-overview');
  await page.emulateMedia({colorScheme: 'dark'});
  await page.waitForTimeout(100);
  const dark = await violations(page);
  check(dark.length === 0, 'tutorial: axe-core finds nothing in dark', dark.join('\n'));
  check((await emptyCharts(page)).length === 0, 'tutorial: every chart has drawn in dark');
  const ground = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  check(ground === 'rgb(21, 24, 28)', 'tutorial: dark mode is dark', ground);
  await shot(page.locator('#s2'), 'tutorial-dark-s2');
  await page.click('#theme');
  check(await page.evaluate(() => getComputedStyle(document.body).backgroundColor) === 'rgb(255, 255, 255)', 'tutorial: the button gives light');
  await page.click('#theme');

  // Paper is white whatever the screen was.
  await page.emulateMedia({media: 'print'});
  await page.waitForTimeout(200);
  const paper = await page.evaluate(() => ({
    ground: getComputedStyle(document.body).backgroundColor,
    button: getComputedStyle(document.getElementById('theme')).display,
    widest: Math.max(...[...window.stimgenReport.charts.values()].map(chart => chart.width)),
  }));
  check(paper.ground === 'rgb(255, 255, 255)' && paper.button === 'none', 'tutorial: print is on white, without buttons', JSON.stringify(paper));
  check(paper.widest <= 680, 'tutorial: charts fit the paper', `${paper.widest}`);
  check((await emptyCharts(page)).length === 0, 'tutorial: every chart has drawn in print');
  await page.setViewportSize({width: 700, height: 990});
  await shot(page.locator('#s2'), 'tutorial-print-s2');
  const pdf = await page.pdf();
  writeFileSync(join(folder, 'screenshots', 'tutorial.pdf'), pdf);
  check(pdf.length > 100000, 'tutorial: it prints', `${pdf.length}`);
  await page.emulateMedia({media: 'screen'});
  await page.setViewportSize({width: 360, height: 740});
  await page.waitForTimeout(200);
  check(await page.evaluate(() => document.documentElement.scrollWidth) <= 360, 'tutorial: it fits a phone');
  await page.close();
}

const rangeOf = (page, id) => page.evaluate(which => {
  const {min, max} = window.stimgenReport.charts.get(which).scales.x;
  return [min, max];
}, id);

async function interactions(page) {
  await page.locator('#s2-raster .plot').scrollIntoViewIfNeeded();
  await page.evaluate(() => document.getElementById('s2-raster').scrollIntoView({block: 'center'}));
  const over = await page.locator('#s2-raster .u-over').boundingBox();
  // From 1/15 to 3/15 of the window.
  await page.mouse.move(over.x + over.width / 15, over.y + 60);
  await page.mouse.down();
  await page.mouse.move(over.x + 2 * over.width / 15, over.y + 60);
  await page.mouse.move(over.x + 3 * over.width / 15, over.y + 60);
  await page.mouse.up();
  for (const id of ['s2-raster', 's2-rate', 's2-requested']) {
    const [low, high] = await rangeOf(page, id);
    check(Math.abs(low - 1) < 0.1 && Math.abs(high - 3) < 0.1, `zoom: ${id} shows what was dragged over`, `${low} ${high}`);
  }
  check((await rangeOf(page, 's3-rate'))[1] === 15, 'zoom: other parts stay as they are');
  check(/^0\.9|^1/.test(await page.locator('#s2 .range').textContent()), 'zoom: the range is said in words');
  await shot(page.locator('#s2-raster'), 'tutorial-zoomed');

  // The pointer on a spike of node k of group 0.
  const spike = await page.evaluate(() => {
    const section = window.stimgenReport.sections[2];
    const chart = window.stimgenReport.charts.get('s2-raster');
    const i = section.raster.ticks.findIndex(tick => tick * section.raster.tickMs > 1500);
    return {x: chart.valToPos(section.raster.ticks[i] * section.raster.tickMs / 1000, 'x'),
      y: (section.raster.rows[i] + 0.5) * chart.over.clientHeight / section.raster.nodes};
  });
  const zoomed = await page.locator('#s2-raster .u-over').boundingBox();
  await page.mouse.move(zoomed.x + spike.x, zoomed.y + spike.y);
  await page.waitForTimeout(50);
  const said = await page.locator('#s2-raster .readout').textContent();
  const expected = await page.evaluate(() => {
    const {raster} = window.stimgenReport.sections[2];
    const of = (node, ms) => {
      for (let i = 0; i < raster.ticks.length; ++i) {
        if (raster.ids[raster.rows[i]] === node && Math.abs(raster.ticks[i] * raster.tickMs - ms) < 0.5) return true;
      }
      return false;
    };
    const match = document.querySelector('#s2-raster .readout').textContent.match(/^node (\d+), group (\S+), ([\d.]+) ms$/);
    return match && match[2] === '0' && of(+match[1], +match[3]);
  });
  check(expected, 'hover: node, group and time of a spike that is there', said);
  await page.mouse.dblclick(zoomed.x + 5, zoomed.y + 5);
  check((await rangeOf(page, 's2-rate'))[1] === 15, 'zoom: a double click shows everything');

  const rate = await page.locator('#s2-rate .u-over').boundingBox();
  await page.mouse.move(rate.x + rate.width / 10, rate.y + 20);
  await page.waitForTimeout(50);
  check(/s: 0 raw: .*Hz/.test(await page.locator('#s2-rate .readout').textContent()), 'hover: rates at a time');

  // The same by keyboard alone.
  await page.locator('#s2-raster .plot').focus();
  await page.keyboard.press('+');
  let [low, high] = await rangeOf(page, 's2-rate');
  check(near(high - low, 7.5), 'keys: + halves the range', `${low} ${high}`);
  await page.keyboard.press('ArrowRight');
  check((await rangeOf(page, 's2-rate'))[0] > low, 'keys: → moves on');
  await page.keyboard.press('0');
  check((await rangeOf(page, 's2-rate'))[1] === 15, 'keys: 0 shows everything');
  await page.locator('#s2 [data-zoom=in]').focus();
  await page.keyboard.press('Enter');
  [low, high] = await rangeOf(page, 's2-raster');
  check(near(high - low, 7.5), 'keys: the button zooms');
  await page.locator('#s2 [data-zoom=reset]').click();

  await page.locator('#s2 [data-group="1"]').uncheck();
  const hidden = await page.evaluate(() => window.stimgenReport.charts.get('s2-rate').series.filter(s => s.group === 1).every(s => !s.show));
  check(hidden, 'groups: a cleared box hides its curves');
  await page.locator('#s2 [data-group="1"]').check();
  await page.locator('#s2 [data-kind=raw]').uncheck();
  check(await page.evaluate(() => window.stimgenReport.charts.get('s2-rate').series.filter(s => s.kind === 'raw').every(s => !s.show)),
    'curves: raw ones can be hidden');
  await page.locator('#s2 [data-kind=raw]').check();

  const [asked, measured] = await page.evaluate(() => ['requested', 'smoothed'].map(kind => {
    const {series, data} = window.stimgenReport.charts.get('s2-rate');
    return data[series.findIndex(one => one.kind === kind && one.group === 1)];
  }));
  const apart = Math.max(...asked.map((hz, i) => Math.abs(hz - measured[i])));
  check(Math.max(...asked) > 49 && apart < 12 && asked.filter(hz => hz > 5 && hz < 45).length > 20,
    'rates: the requested curve is smoothed as the measured one is', `${apart}`);
  for (const [figure, least] of [['s2-counts', 4], ['s2-raster', 200], ['s2-rate', 100], ['s2-box', 8], ['s2-hist-0', 10], ['s2-isi', 10]]) {
    await page.locator(`#${figure} summary`).click();
    await page.waitForSelector(`#${figure} tbody tr`);
    const rows = await page.locator(`#${figure} tbody tr`).count();
    check(rows >= least, `numbers: the table of ${figure}`, `${rows}`);
  }
  const first = await page.locator('#s2-isi tbody tr').first().textContent();
  const caption = await page.locator('#s2-isi figcaption').textContent();
  check(/^below 0\.1/.test(first) && /not drawn: \d+ of 26,\d{3} intervals, shorter than 0\.1 ms/.test(caption), 'intervals: those that are not drawn are said and in the table', `${first} ${caption}`);
}

// What stands at the ticks of a chart's axis.
const ticksOf = (page, id, axis) => page.evaluate(([which, at]) => {
  const chart = window.stimgenReport.charts.get(which);
  return chart.axes[at].values(chart, chart.axes[at].splits(chart));
}, [id, axis]);

async function hostile() {
  const {page} = await open('hostile.html');
  check(await page.evaluate(() => window.pwned === undefined), 'hostile: no name runs as code');
  check(await page.locator('img').count() === 0, 'hostile: no name makes an element');
  const labels = await page.evaluate(() => [...document.querySelectorAll('#s1 label')].map(label => label.textContent));
  check(labels.includes('</script><script>window.pwned=3</script>') && labels.includes("a'b&c"), 'hostile: names are shown as they are', labels.join(' | '));
  const found = await violations(page);
  check(found.length === 0, 'hostile: axe-core finds nothing', found.join('\n'));
  check(await page.evaluate(() => window.stimgenReport.sections.length) === 3, 'hostile: the combination has a part');
  for (const [id, axis] of [['s1-box', 0], ['s1-counts', 0], ['s1-raster', 1]]) {
    const shown = await ticksOf(page, id, axis);
    check(shown.some(label => /^<\/scri.*….*ript>$/.test(label) && label.length <= 16), `hostile: a long label of ${id} keeps its start and end`,
      shown.join(' '));
  }
  // 20 Hz of noise all the time, and 60 Hz more while a group has its turn.
  const sum = await page.evaluate(() => window.stimgenReport.charts.get('s2-requested').data.slice(1).map(curve => [Math.min(...curve), Math.max(...curve)]));
  check(sum.length === 4 && sum.every(([low, high]) => near(low, 20) && near(high, 80)), 'hostile: the combination asks for the sum of its parts', JSON.stringify(sum));
  await page.close();
}

async function many() {
  const {page} = await open('many.html');
  check((await emptyCharts(page)).length === 0, 'many: every chart has drawn', (await emptyCharts(page)).join(', '));
  check(/first 24 of 40 groups/.test(await page.locator('#s0').textContent()), 'many: it says that groups are left out');
  check(/Colours repeat after 8 groups: the lines of the next 8 are dash-dotted/.test(await page.locator('#s0').textContent()), 'many: it says that colours repeat');
  const swatches = await page.evaluate(() => [0, 8, 16].map(i => document.querySelector(`#s0 [data-swatch="${i}"]`).style.background));
  check(new Set(swatches).size === 3, 'many: marks of groups of one colour differ', swatches.join(' | '));
  const rows = await ticksOf(page, 's0-raster', 1);
  check(rows.length > 5 && rows.every(label => /^\d+$/.test(label)) && rows.some(label => +label >= 24), 'many: rows of groups without charts have their labels', rows.join(' '));
  const raw = await page.evaluate(() => ({box: document.querySelector('#s0 [data-kind=raw]').checked, curve: window.stimgenReport.charts.get('s0-rate').series[1].show}));
  check(!raw.box && !raw.curve, 'many: bins of single spikes do not dwarf the smoothed rates', JSON.stringify(raw));
  await page.locator('#s0 [data-kind=raw]').check();
  check(await page.evaluate(() => window.stimgenReport.charts.get('s0-rate').series[1].show), 'many: bins of single spikes can be shown');
  check(/200 of the 400 nodes of population cells get no input/.test(await page.locator('#overview').textContent()), 'many: nodes without input are named');
  const found = await violations(page);
  check(found.length === 0, 'many: axe-core finds nothing', found.join('\n'));
  await page.addStyleTag({content: '.controls { position: static !important; }'});
  await shot(page.locator('#s0'), 'many');
  await page.close();
}

async function million() {
  const {page, milliseconds} = await open('million.html');
  const spikes = await page.evaluate(() => window.stimgenReport.sections[0].raster.ticks.length);
  check(spikes > 950000 && spikes <= 1e6, 'million: all spikes are in the page', `${spikes}`);
  check(milliseconds < 3000, 'million: ready within 3 s', `${milliseconds} ms`);
  check(readFileSync(inReports('million.html')).length < 10e6, 'million: under 10 MB', `${readFileSync(inReports('million.html')).length}`);
  const redraw = await page.evaluate(() => {
    const {sections, charts, zoom} = window.stimgenReport;
    const start = performance.now();
    zoom(sections[0], 'in');
    charts.get('s0-raster').ctx.getImageData(0, 0, 1, 1);
    return performance.now() - start;
  });
  check(redraw < 300, 'million: a zoom is drawn at once', `${redraw} ms`);
  await page.evaluate(() => window.stimgenReport.zoom(window.stimgenReport.sections[0], 'reset'));
  await page.evaluate(() => document.getElementById('s0-raster').scrollIntoView({block: 'center'}));
  const box = await page.locator('#s0-raster .u-over').boundingBox();
  const start = Date.now();
  await page.mouse.move(box.x + box.width * 0.3, box.y + box.height / 3);
  await page.waitForFunction(() => /node/.test(document.querySelector('#s0-raster .readout').textContent), null, {timeout: 2000});
  check(Date.now() - start < 500, 'million: hover answers', `${Date.now() - start} ms`);
  await shot(page, 'million');
  console.log(`million: ${spikes} spikes ready in ${milliseconds} ms, zoom drawn in ${redraw.toFixed(0)} ms, page ${(readFileSync(inReports('million.html')).length / 1e6).toFixed(2)} MB`);
  await page.close();
}

async function others() {
  const sampled = await open('sampled.html');
  check(/a random sample of [\d,]+ of the 2,\d{3},\d{3} spikes; rows: all 2,000 nodes/.test(await sampled.page.locator('#s0-raster figcaption').textContent()),
    'sampled: it says how many of how many', await sampled.page.locator('#s0-raster figcaption').textContent());
  const kept = await sampled.page.evaluate(() => window.stimgenReport.sections[0].raster.ticks.length);
  check(Math.abs(kept - 1e6) < 5000, 'sampled: a million are kept', `${kept}`);
  await sampled.page.close();
  const files = await open('files.html');
  check((await emptyCharts(files.page)).length === 0, 'files: every chart has drawn');
  check(await files.page.evaluate(() => window.stimgenReport.sections.length) === 2, 'files: a part for each');
  check(/Only nodes with spikes are known: rates and counts leave silent ones out/.test(await files.page.locator('#s0').textContent()), 'files: it says that silent nodes are not known');
  const found = await violations(files.page);
  check(found.length === 0, 'files: axe-core finds nothing', found.join('\n'));
  await files.page.close();
}

// Every figure is well-formed, as wide as a column, and shows itself without a word from the browser.
async function figures() {
  const names = readdirSync(inReports('svg')).filter(name => name.endsWith('.svg'));
  check(names.length >= 63 + 20, 'svg: a file for every figure', `${names.length}`);
  const page = await context.newPage();
  const asked = [];
  page.on('request', request => asked.push(request.url()));
  for (const name of names) {
    asked.length = 0;
    await page.goto(urlOf(join('svg', name)));
    const fine = await page.evaluate(() => document.documentElement.localName === 'svg' && !document.querySelector('parsererror, script') &&
      document.documentElement.getAttribute('width') === '85mm' && document.querySelector('title').textContent !== '');
    // A picture inside is data, not a request to anywhere.
    check(fine && asked.every(url => url.startsWith('file:') || url.startsWith('data:')), `svg: ${name}`);
    const overflow = await page.evaluate(() => {
      const frame = document.documentElement.getBoundingClientRect();
      return [...document.querySelectorAll('text')].filter(text => {
        const box = text.getBoundingClientRect();
        return box.left < frame.left - 0.5 || box.right > frame.right + 0.5 || box.bottom > frame.bottom + 0.5;
      }).map(text => text.textContent);
    });
    check(overflow.length === 0, `svg: ${name} keeps its text inside`, overflow.join(' | '));
    if (/^(long|shell)-/.test(name)) await shot(page, `svg-${name.replace('.svg', '')}`);
  }
  await page.close();
}

try {
  for (const part of [tutorial, hostile, many, million, others, figures]) {
    try {
      await part();
    } catch (error) {
      check(false, `${part.name} did not finish:`, error.stack);
    }
  }
} finally {
  await context.close();
  rmSync(profile, {recursive: true, force: true});
}
console.log(`browser: ${passed} passed, ${failed} failed`);
process.exit(failed ? 1 : 0);
