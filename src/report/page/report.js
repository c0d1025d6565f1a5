// Draws the charts of a report from the data that the page holds. No network, no storage.
(() => {
  'use strict';

  const model = JSON.parse(document.getElementById('model').textContent);
  const charts = new Map();    // id of the figure → uPlot
  const sections = [];         // what was decoded, for each section of the model

  // Okabe & Ito's hues, darkened for white paper and lightened for dark screens; more groups repeat them in dash-dotted
  // and dotted lines, as the page says. Dashes alone are for what was requested.
  const PALETTE = {
    light: ['#0072b2', '#c04a00', '#008a63', '#a8447f', '#9a6a00', '#3c8dbc', '#5b5b5b', '#7a2255'],
    dark: ['#6cb8f0', '#ff9a5c', '#3fd0a0', '#ee9fcb', '#e8c33c', '#a5d8ff', '#c4c4c4', '#d98aa8'],
  };
  const DASHES = [[], [10, 3, 2, 3], [2, 3]];
  const PRINT_WIDTH = 660;

  const printing = matchMedia('print');
  const prefersDark = matchMedia('(prefers-color-scheme: dark)');
  let isPrint = printing.matches;
  const themeName = () => isPrint ? 'light' : document.documentElement.dataset.theme || (prefersDark.matches ? 'dark' : 'light');
  const cssColour = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const groupColour = i => PALETTE[themeName()][i % 8];
  const groupDash = i => DASHES[Math.floor(i / 8) % DASHES.length];
  const withAlpha = (hex, alpha) => hex + Math.round(alpha * 255).toString(16).padStart(2, '0');

  // ---- data -----------------------------------------------------------------------------------------------------

  async function inflate(id) {
    const text = document.getElementById(id).textContent;
    const binary = atob(text);
    const bytes = new Uint8Array(binary.length);
    for (let i = 0; i < binary.length; ++i) bytes[i] = binary.charCodeAt(i);
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate'));
    return new Uint8Array(await new Response(stream).arrayBuffer());
  }

  // Byte planes back to values; see encode.hpp.
  function joinPlanes(bytes, size) {
    const count = bytes.length / size;
    const joined = new Uint8Array(bytes.length);
    for (let plane = 0; plane < size; ++plane) {
      for (let i = 0, at = plane, from = plane * count; i < count; ++i, at += size) joined[at] = bytes[from + i];
    }
    return joined.buffer;
  }

  async function decode(id) {
    const type = document.getElementById(id).dataset.type;
    const bytes = await inflate(id);
    if (type === 'f64') return new Float64Array(joinPlanes(bytes, 8));
    const buffer = joinPlanes(bytes, 4);
    if (type === 'f32') return new Float32Array(buffer);
    const values = new Uint32Array(buffer);
    if (type === 'delta32') {
      let before = 0;
      for (let i = 0; i < values.length; ++i) {
        const coded = values[i];
        before = (before + ((coded >>> 1) ^ -(coded & 1))) >>> 0;
        values[i] = before;
      }
    }
    return values;
  }

  const slices = (array, count) => {
    const each = count ? array.length / count : 0;
    return Array.from({length: count}, (_, i) => Array.from(array.subarray(i * each, (i + 1) * each)));
  };

  // ---- text -----------------------------------------------------------------------------------------------------

  function show(value) {
    if (value == null || !isFinite(value)) return '–';
    const size = Math.abs(value);
    if (size !== 0 && (size < 0.001 || size >= 1e7)) return value.toExponential(2);
    return String(+value.toPrecision(size >= 1000 ? 6 : 4));
  }

  // The start and the end of a name, in which names of a kind differ.
  function shorten(name, most) {
    const letters = Array.from(name);
    if (letters.length <= most) return name;
    const back = Math.floor((most - 1) / 2);
    return letters.slice(0, most - 1 - back).join('') + '…' + letters.slice(letters.length - back).join('');
  }

  function element(tag, attributes, ...children) {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes || {})) made.setAttribute(name, value);
    made.append(...children);
    return made;
  }

  // ---- charts ---------------------------------------------------------------------------------------------------

  const axisColours = () => ({
    stroke: () => cssColour('--text'),
    grid: {stroke: () => cssColour('--grid'), width: 1},
    ticks: {stroke: () => cssColour('--grid'), width: 1, size: 5},
    font: '12px system-ui, sans-serif',
    labelFont: '12px system-ui, sans-serif',
    labelSize: 18,
    gap: 3,
  });
  // `size` is that of the numbers; the label has its own.
  const axis = (label, more) => ({...axisColours(), label, labelGap: 0, ...more});
  const xAxis = (label, more) => axis(label, {size: 24, ...more});
  const yAxis = (label, more) => axis(label, {size: 44, ...more});
  // Of what comes whole.
  const wholeSteps = {incrs: Array.from({length: 16}, (_, power) => [1, 2, 5].map(step => step * 10 ** power)).flat()};
  const fromZero = (u, low, high) => [0, high > 0 ? high * 1.06 : 1];

  function widthOf(host) {
    if (!isPrint) return Math.max(240, Math.floor(host.clientWidth));
    return host.closest('.half') ? PRINT_WIDTH / 2 - 12 : PRINT_WIDTH;
  }

  // Draws a chart into a figure of the page and keeps it as wide as that.
  function draw(id, height, options, data) {
    const figure = document.getElementById(id);
    const host = figure.querySelector('.plot');
    const chart = new uPlot({width: widthOf(host), height, legend: {show: false}, pxAlign: 1, ...options}, data, host);
    host.addEventListener('keydown', event => keyPressed(event, chart));
    charts.set(id, chart);
    return chart;
  }

  function keyPressed(event, chart) {
    const section = chart.section;
    if (!section || event.ctrlKey || event.metaKey || event.altKey) return;
    const action = {ArrowLeft: 'left', ArrowRight: 'right', '+': 'in', '=': 'in', '-': 'out', '0': 'reset'}[event.key];
    if (!action) return;
    event.preventDefault();
    zoom(section, action);
  }

  // All charts over time of a section show the same stretch of it.
  function setRange(section, low, high) {
    const [first, last] = section.full;
    const span = Math.min(Math.max(high - low, (last - first) * 1e-5), last - first);
    low = Math.min(Math.max(low, first), last - span);
    section.range = [low, low + span];
    for (const chart of section.overTime) {
      chart.batch(() => chart.setScale('x', {min: low, max: low + span}));
    }
    section.rangeShown.textContent = `${show(low)} to ${show(low + span)} ${section.unit}`;
  }

  function zoom(section, action) {
    const [low, high] = section.range;
    const span = high - low;
    if (action === 'in') setRange(section, low + span / 4, high - span / 4);
    if (action === 'out') setRange(section, low - span / 2, high + span / 2);
    if (action === 'left') setRange(section, low - span / 4, high - span / 4);
    if (action === 'right') setRange(section, low + span / 4, high + span / 4);
    if (action === 'reset') setRange(section, ...section.full);
  }

  function linkTime(section, chart) {
    chart.section = section;
    section.overTime.push(chart);
    chart.over.addEventListener('dblclick', () => zoom(section, 'reset'));
  }

  // uPlot zooms the chart that was dragged over; the others follow.
  const linkHooks = section => ({
    setSelect: [u => {
      if (u.select.width < 3) return;
      const low = u.posToVal(u.select.left, 'x');
      const high = u.posToVal(u.select.left + u.select.width, 'x');
      u.setSelect({left: 0, top: 0, width: 0, height: 0}, false);
      setRange(section, low, high);
    }],
  });
  const timeCursor = {drag: {x: true, y: false, setScale: false}, points: {show: false}};
  const timeScale = section => ({time: false, range: (u, low, high) => [low ?? section.full[0], high ?? section.full[1]]});

  function readout(figureId, text) {
    document.querySelector(`#${figureId} .readout`).textContent = text;
  }

  // As many as a line holds, and how many more there are.
  const fewOf = parts => parts.slice(0, 12).join(', ') + (parts.length > 12 ? ` and ${parts.length - 12} more` : '');

  function readValues(id, section, unit) {
    return u => {
      const i = u.cursor.idx;
      if (i == null) return readout(id, '');
      const parts = [];
      u.series.forEach((series, k) => {
        if (k > 0 && series.show && u.data[k][i] != null) parts.push(`${series.label}: ${show(u.data[k][i])}`);
      });
      readout(id, `${show(u.data[0][i])} ${section.unit}: ${fewOf(parts)} ${unit}`);
    };
  }

  // ---- rates over time --------------------------------------------------------------------------------------------

  const line = (section, group, label, more) => ({
    label, group, scale: 'y', stroke: () => groupColour(group), dash: groupDash(group),
    width: 2, points: {show: false}, show: section.visible[group], ...more,
  });

  function drawRequested(section) {
    const id = `${section.id}-requested`;
    const x = Array.from(section.curveMs, t => t / section.perUnit);
    const chart = draw(id, 180, {
      scales: {x: timeScale(section), y: {range: fromZero}},
      axes: [xAxis(`Time (${section.unit})`), yAxis('Requested rate (Hz)')],
      series: [{}, ...section.groups.map((group, i) => line(section, i, group.label))],
      cursor: timeCursor,
      hooks: {...linkHooks(section), setCursor: [readValues(id, section, 'Hz')]},
    }, [x, ...section.curves]);
    linkTime(section, chart);
  }

  function drawRates(section) {
    const id = `${section.id}-rate`;
    const x = section.binCentres;
    const series = [{}];
    const data = [x];
    section.groups.forEach((group, i) => {
      series.push(line(section, i, `${group.label} raw`, {kind: 'raw', width: 1, alpha: 0.4}));
      data.push(section.rates[i]);
    });
    section.groups.forEach((group, i) => {
      series.push(line(section, i, `${group.label} smoothed`, {kind: 'smoothed', width: 2}));
      data.push(section.smoothed[i]);
    });
    if (section.requested.length) {
      section.groups.forEach((group, i) => {
        series.push(line(section, i, `${group.label} requested`,
          {kind: 'requested', width: 1.5, dash: [5, 4], stroke: () => cssColour('--text')}));
        data.push(section.requested[i]);
      });
    }
    for (const one of series) if (one.kind) one.show = section.visible[one.group] && section.kinds[one.kind];
    const chart = draw(id, 260, {
      scales: {x: timeScale(section), y: {range: fromZero}},
      axes: [xAxis(`Time (${section.unit})`), yAxis('Rate of a node (Hz)')],
      series, cursor: timeCursor,
      hooks: {...linkHooks(section), setCursor: [readValues(id, section, 'Hz')]},
    }, data);
    linkTime(section, chart);
  }

  // ---- raster -----------------------------------------------------------------------------------------------------

  function firstAtLeast(ticks, tick) {
    let low = 0;
    let high = ticks.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (ticks[middle] < tick) low = middle + 1; else high = middle;
    }
    return low;
  }

  const canvas = document.createElement('canvas');

  // Counts spikes for each pixel: more of them are more opaque, so that dense bursts keep their structure.
  function paintRaster(u, section) {
    const {left, top, width, height} = u.bbox;
    const w = Math.round(width);
    const h = Math.round(height);
    if (w < 1 || h < 1) return;
    const {ticks, rows, groupStarts} = section.raster;
    const perTick = section.raster.tickMs / section.perUnit;
    const start = section.full[0];
    const [low, high] = [u.scales.x.min, u.scales.x.max];
    const first = firstAtLeast(ticks, (low - start) / perTick);
    const last = firstAtLeast(ticks, (high - start) / perTick + 1);
    const counts = new Uint16Array(w * h);
    const perRow = h / Math.max(section.raster.nodes, 1);
    const few = last - first < w * h / 40;
    const small = few ? Math.round(1.6 * devicePixelRatio) : 1;
    const tall = Math.max(small, Math.min(Math.floor(perRow * 0.8), 7 * devicePixelRatio));
    const wide = small;
    const perX = w / (high - low);
    for (let i = first; i < last; ++i) {
      const x = Math.floor((start + ticks[i] * perTick - low) * perX);
      if (x < 0 || x >= w) continue;
      const y = Math.floor(rows[i] * perRow);
      for (let dy = 0; dy < tall && y + dy < h; ++dy) {
        for (let dx = 0; dx < wide && x + dx < w; ++dx) {
          const at = (y + dy) * w + x + dx;
          if (counts[at] < 65535) ++counts[at];
        }
      }
    }
    // A typical pixel that has any spike is mostly opaque where spikes are few, and faint where they pile up.
    let filled = 0;
    let sum = 0;
    for (let i = 0; i < counts.length; ++i) if (counts[i]) { ++filled; sum += counts[i]; }
    const one = filled ? Math.min(0.9, Math.max(0.12, 1.2 * filled / sum)) : 0.9;
    const alpha = new Uint8Array(256);
    for (let n = 1; n < 256; ++n) alpha[n] = Math.round(255 * (1 - Math.pow(1 - one, n)));
    canvas.width = w;
    canvas.height = h;
    const context = canvas.getContext('2d');
    const image = context.createImageData(w, h);
    const pixels = image.data;
    let group = 0;
    for (let y = 0; y < h; ++y) {
      const row = (y + 0.5) / perRow;
      while (group + 2 < groupStarts.length && row >= groupStarts[group + 1]) ++group;
      const colour = parseInt(groupColour(group).slice(1), 16);
      const visible = section.visible[group] !== false;
      for (let x = 0, at = y * w; x < w && visible; ++x, ++at) {
        if (!counts[at]) continue;
        pixels[4 * at] = colour >> 16;
        pixels[4 * at + 1] = colour >> 8 & 255;
        pixels[4 * at + 2] = colour & 255;
        pixels[4 * at + 3] = alpha[Math.min(counts[at], 255)];
      }
    }
    context.putImageData(image, 0, 0);
    u.ctx.drawImage(canvas, Math.round(left), Math.round(top));
    u.ctx.save();
    u.ctx.strokeStyle = cssColour('--grid');
    for (const row of groupStarts) {
      const y = Math.round(top + row * perRow) + 0.5;
      u.ctx.beginPath();
      u.ctx.moveTo(left, y);
      u.ctx.lineTo(left + width, y);
      u.ctx.stroke();
    }
    u.ctx.restore();
  }

  const groupOfRow = (starts, row) => {
    let group = 0;
    while (group + 2 < starts.length && row >= starts[group + 1]) ++group;
    return group;
  };
  const labelOf = (section, group) => section.raster.groupLabels[group];

  // The spike next to the pointer, within a few pixels.
  function nearestSpike(u, section) {
    const {left, top} = u.cursor;
    if (left == null || left < 0) return -1;
    const {ticks, rows, tickMs, nodes} = section.raster;
    const reach = 5;
    const perTick = tickMs / section.perUnit;
    const toTick = x => (u.posToVal(x, 'x') - section.full[0]) / perTick;
    const perRow = u.over.clientHeight / Math.max(nodes, 1);
    let best = -1;
    let least = Infinity;
    for (let i = firstAtLeast(ticks, toTick(left - reach)), last = firstAtLeast(ticks, toTick(left + reach)); i < last; ++i) {
      const dy = (rows[i] + 0.5) * perRow - top;
      if (Math.abs(dy) > Math.max(reach, perRow / 2)) continue;
      const dx = u.valToPos(section.full[0] + ticks[i] * perTick, 'x') - left;
      const distance = dx * dx + dy * dy;
      if (distance < least) { least = distance; best = i; }
    }
    return best;
  }

  function describeSpike(section, i) {
    const {ticks, rows, tickMs, ids, groupStarts} = section.raster;
    const time = section.window[0] + ticks[i] * tickMs;
    return `node ${ids[rows[i]]}, group ${labelOf(section, groupOfRow(groupStarts, rows[i]))}, ${show(time)} ms`;
  }

  function drawRaster(section) {
    const id = `${section.id}-raster`;
    const {groupStarts, nodes} = section.raster;
    const middles = [];
    for (let i = 0; i + 1 < groupStarts.length; ++i) middles.push((groupStarts[i] + groupStarts[i + 1]) / 2);
    const longest = section.raster.groupLabels.reduce((most, label) => Math.max(most, label.length), 4);
    const height = Math.min(420, Math.max(180, nodes + 60));
    const chart = draw(id, height, {
      scales: {x: timeScale(section), y: {range: () => [0, Math.max(nodes, 1)], dir: -1}},
      axes: [xAxis(`Time (${section.unit})`), yAxis('Nodes by group', {
        size: Math.max(44, Math.min(120, 12 + 7 * longest)),
        // Labels only where they have room.
        splits: u => {
          const room = 15 * nodes / Math.max(u.bbox.height / devicePixelRatio, 1);
          const shown = [];
          for (const at of middles) if (!shown.length || at - shown[shown.length - 1] >= room) shown.push(at);
          return shown;
        },
        values: (u, splits) => splits.map(at => shorten(labelOf(section, middles.indexOf(at)), 16)),
        grid: {show: false}, ticks: {show: false},
      })],
      series: [{}, {label: 'spikes', scale: 'y', paths: () => null, points: {show: false}}],
      cursor: {...timeCursor, y: true},
      hooks: {
        ...linkHooks(section),
        drawAxes: [u => paintRaster(u, section)],
        setCursor: [u => {
          const i = nearestSpike(u, section);
          readout(id, i < 0 ? '' : describeSpike(section, i));
        }],
      },
    }, [section.full, [0, nodes]]);
    linkTime(section, chart);
  }

  // ---- distributions ----------------------------------------------------------------------------------------------

  function drawHistogram(section, group, index) {
    const {start, width, nodes, requested} = group.histogram;
    const x = nodes.map((_, i) => start + (i + 0.5) * width);
    const series = [{}, {
      label: 'nodes', scale: 'y', stroke: () => groupColour(index), fill: () => withAlpha(groupColour(index), 0.45), width: 1,
      paths: uPlot.paths.bars({size: [1, Infinity], gap: 0}), points: {show: false},
    }];
    const data = [x, nodes];
    if (requested.length) {
      series.push({label: 'requested', scale: 'y', stroke: () => cssColour('--text'), width: 1.5, dash: [5, 4],
        paths: uPlot.paths.spline(), points: {show: nodes.length < 3}});
      data.push(requested);
    }
    const id = `${section.id}-hist-${index}`;
    draw(id, 190, {
      scales: {x: {time: false, range: () => [start, start + nodes.length * width]}, y: {range: fromZero}},
      axes: [xAxis('Rate of a node (Hz)'), yAxis('Nodes', wholeSteps)],
      series, cursor: {drag: {x: false, y: false}, points: {show: false}},
      hooks: {setCursor: [u => {
        const i = u.cursor.idx;
        readout(id, i == null ? '' : `${show(start + i * width)} to ${show(start + (i + 1) * width)} Hz: ${show(nodes[i])} nodes` +
          (requested.length ? `, ${show(requested[i])} requested` : ''));
      }]},
    }, data);
  }

  function strokeBox(u, x, half, q, filled) {
    const context = u.ctx;
    const y = value => u.valToPos(value, 'y', true);
    const line = (x1, y1, x2, y2) => { context.beginPath(); context.moveTo(x1, y1); context.lineTo(x2, y2); context.stroke(); };
    if (filled) context.fillRect(x - half, y(q.q3), 2 * half, y(q.q1) - y(q.q3));
    context.strokeRect(x - half, y(q.q3), 2 * half, y(q.q1) - y(q.q3));
    line(x - half, y(q.median), x + half, y(q.median));
    line(x, y(q.q3), x, y(q.p95));
    line(x, y(q.q1), x, y(q.p5));
    line(x - half / 2, y(q.p95), x + half / 2, y(q.p95));
    line(x - half / 2, y(q.p5), x + half / 2, y(q.p5));
  }

  // Every second, third … label only, where all of them would lie on each other; the pointer names each group.
  function groupAxis(groups) {
    const slanted = groups.length > 6;
    return xAxis('Group', {
      splits: u => {
        const every = Math.ceil(15 * groups.length / Math.max(u.bbox.width / devicePixelRatio, 1));
        return groups.map((_, i) => i).filter(i => !slanted || i % every === 0);
      },
      values: (u, splits) => splits.map(i => shorten(groups[i].label, 12)), grid: {show: false},
      rotate: slanted ? -40 : 0, size: slanted ? 64 : 24,
    });
  }

  // uPlot has no box plots: its axes and scales, and boxes in its draw hook.
  function drawBoxes(section) {
    const id = `${section.id}-box`;
    const groups = section.groups;
    const indices = groups.map((_, i) => i);
    const highest = Math.max(...groups.map(g => Math.max(g.rates.max, g.requestedRates ? g.requestedRates.p95 : 0)), 0);
    draw(id, 240, {
      scales: {x: {time: false, range: () => [-0.5, groups.length - 0.5]}, y: {range: () => [0, highest > 0 ? highest * 1.06 : 1]}},
      axes: [groupAxis(groups), yAxis('Rate of a node (Hz)')],
      series: [{}, {label: 'median', scale: 'y', paths: () => null, points: {show: false}}],
      cursor: {drag: {x: false, y: false}, points: {show: false}},
      hooks: {
        draw: [u => {
          const context = u.ctx;
          const slot = u.bbox.width / groups.length;
          const half = Math.min(slot * 0.16, 22 * devicePixelRatio);
          context.save();
          context.lineWidth = 1.5 * devicePixelRatio;
          groups.forEach((group, i) => {
            const x = u.valToPos(i, 'x', true);
            const shift = group.requestedRates ? half * 1.2 : 0;
            context.setLineDash([]);
            context.strokeStyle = groupColour(i);
            context.fillStyle = withAlpha(groupColour(i), 0.3);
            strokeBox(u, x - shift, half, group.rates, true);
            for (const value of [group.rates.min, group.rates.max]) {
              context.beginPath();
              context.arc(x - shift, u.valToPos(value, 'y', true), 2 * devicePixelRatio, 0, 7);
              context.stroke();
            }
            if (!group.requestedRates) return;
            context.strokeStyle = cssColour('--text');
            context.setLineDash([4 * devicePixelRatio, 3 * devicePixelRatio]);
            strokeBox(u, x + shift, half, group.requestedRates, false);
          });
          context.restore();
        }],
        setCursor: [u => {
          const i = u.cursor.idx;
          if (i == null) return readout(id, '');
          const q = groups[i].rates;
          readout(id, `${groups[i].label}: median ${show(q.median)}, quartiles ${show(q.q1)} and ${show(q.q3)} Hz`);
        }],
      },
    }, [indices, groups.map(g => g.rates.median)]);
  }

  function drawIntervals(section) {
    const id = `${section.id}-isi`;
    const edges = section.isiEdges;
    const used = edges.slice(0, -1).map((_, i) => section.groups.some(g => g.isi[i] > 0));
    const first = Math.max(used.indexOf(true) - 1, 0);
    const last = Math.max(used.lastIndexOf(true) + 2, first + 2);
    const x = edges.slice(first, last).map((edge, i) => Math.sqrt(edge * edges[Math.min(first + i + 1, edges.length - 1)]));
    const data = section.groups.map(g => {
      const all = g.isi.reduce((a, b) => a + b, g.isiBelow);
      return g.isi.slice(first, last).map(n => all ? 100 * n / all : 0);
    });
    while (x.length > (data[0] || x).length) x.pop();
    draw(id, 240, {
      scales: {x: {time: false, distr: 3}, y: {range: fromZero}},
      axes: [xAxis('Interval between spikes (ms, logarithmic)', {values: (u, s) => s.map(v => v == null ? '' : show(v))}),
        yAxis('Intervals (%)')],
      series: [{}, ...section.groups.map((g, i) => line(section, i, g.label, {paths: uPlot.paths.stepped({align: 0})}))],
      cursor: {drag: {x: false, y: false}, points: {show: false}},
      hooks: {setCursor: [u => {
        const i = u.cursor.idx;
        readout(id, i == null ? '' : `${show(edges[first + i])} to ${show(edges[first + i + 1])} ms: ` +
          fewOf(section.groups.map((g, k) => `${g.label}: ${show(data[k][i])} %`)));
      }]},
    }, [x, ...data]);
  }

  function drawCounts(section) {
    const id = `${section.id}-counts`;
    const groups = section.groups;
    const indices = groups.map((_, i) => i);
    const expected = groups.map(g => g.expected);
    const known = expected.some(value => value != null);
    const series = [{}, {label: 'spikes', scale: 'y', stroke: () => cssColour('--text'), width: 1, points: {show: false},
      paths: uPlot.paths.bars({size: [0.6, 60], disp: {fill: {unit: 3, values: () => indices.map(i => withAlpha(groupColour(i), 0.6))},
        stroke: {unit: 3, values: () => indices.map(i => groupColour(i))}}})}];
    const data = [indices, groups.map(g => g.spikes)];
    if (known) {
      series.push({label: 'requested', scale: 'y', stroke: () => cssColour('--text'), width: 0, paths: () => null,
        points: {show: true, size: 9, width: 2, fill: () => cssColour('--paper'), stroke: () => cssColour('--text')}});
      data.push(expected);
    }
    draw(id, 240, {
      scales: {x: {time: false, range: () => [-0.6, groups.length - 0.4]}, y: {range: fromZero}},
      axes: [groupAxis(groups), yAxis('Spikes', {size: 60, ...wholeSteps})],
      series, cursor: {drag: {x: false, y: false}, points: {show: false}},
      hooks: {setCursor: [u => {
        const i = u.cursor.idx;
        readout(id, i == null ? '' : `${groups[i].label}: ${groups[i].spikes} spikes` +
          (expected[i] == null ? '' : `, ${show(expected[i])} requested`));
      }]},
    }, data);
  }

  // ---- tables behind the charts -----------------------------------------------------------------------------------

  const MOST_ROWS = 200;

  function rowsBehind(id, section) {
    const kind = id.slice(section.id.length + 1);
    if (kind === 'raster') {
      const {ticks, tickMs} = section.raster;
      const perTick = tickMs / section.perUnit;
      const from = firstAtLeast(ticks, (section.range[0] - section.full[0]) / perTick);
      const to = firstAtLeast(ticks, (section.range[1] - section.full[0]) / perTick + 1);
      const rows = [];
      for (let i = from; i < Math.min(to, from + MOST_ROWS); ++i) {
        const row = section.raster.rows[i];
        rows.push([show(section.window[0] + ticks[i] * tickMs), String(section.raster.ids[row]),
          labelOf(section, groupOfRow(section.raster.groupStarts, row))]);
      }
      return {head: ['Time (ms)', 'Node', 'Group'], rows, note: `The first ${rows.length} of ${to - from} spikes in view.`};
    }
    if (kind === 'box') {
      const names = ['min', 'p5', 'q1', 'median', 'q3', 'p95', 'max'];
      return {head: ['Group', 'Lowest', '5 %', 'Quartile', 'Median', 'Quartile', '95 %', 'Highest (Hz)'],
        rows: section.groups.flatMap(g => [[g.label, ...names.map(n => show(g.rates[n]))],
          ...(g.requestedRates ? [[`${g.label}, requested`, ...names.map(n => show(g.requestedRates[n]))]] : [])]), note: ''};
    }
    const chart = charts.get(id);
    const head = [chart.axes[0].label || 'x', ...chart.series.slice(1).map(s => s.label)];
    const scale = chart.scales.x;
    const inView = [];
    for (let i = 0; i < chart.data[0].length; ++i) {
      if (chart.data[0][i] >= scale.min && chart.data[0][i] <= scale.max) inView.push(i);
    }
    const step = Math.ceil(inView.length / MOST_ROWS) || 1;
    const byGroup = kind === 'counts';
    const rows = inView.filter((_, k) => k % step === 0).map(i => chart.data.map((column, k) =>
      byGroup && k === 0 ? section.groups[i].label : show(column[i])));
    if (kind === 'isi' && section.groups.some(g => g.isiBelow)) {
      rows.unshift([`below ${show(section.isiEdges[0])}`,
        ...section.groups.map(g => show(100 * g.isiBelow / g.isi.reduce((a, b) => a + b, g.isiBelow)))]);
    }
    return {head, rows, note: step > 1 ? `Every ${step}th of ${inView.length} values in view.` : ''};
  }

  function fillTable(details, id, section) {
    if (!details.open) return;
    details.querySelector('.rows')?.remove();
    const {head, rows, note} = rowsBehind(id, section);
    const table = element('table', {}, element('thead', {}, element('tr', {}, ...head.map(text => element('th', {scope: 'col'}, text)))),
      element('tbody', {}, ...rows.map(row => element('tr', {}, ...row.map(text => element('td', {}, text))))));
    const title = details.closest('figure').querySelector('figcaption b').textContent;
    details.append(element('div', {class: 'rows', tabindex: '0', role: 'region', 'aria-label': `Values of ${title}`}, note, table));
  }

  // ---- the page ---------------------------------------------------------------------------------------------------

  const peakOf = curves => curves.reduce((most, curve) => curve.reduce((a, b) => Math.max(a, b), most), 0);

  // Bins of hardly a spike each would press the smoothed curves down: they are there to be switched on.
  function hideDwarfingBins(section) {
    const peak = Math.max(peakOf(section.smoothed), peakOf(section.requested));
    if (peakOf(section.rates) <= 2.5 * peak) return;
    section.kinds.raw = false;
    document.querySelector(`#${section.id} [data-kind=raw]`).checked = false;
  }

  async function open(data) {
    const section = {...data, overTime: [], visible: data.groups.map(() => true), kinds: {raw: true, smoothed: true, requested: true}};
    section.unit = data.window[1] - data.window[0] >= 2000 ? 's' : 'ms';
    section.perUnit = section.unit === 's' ? 1000 : 1;
    section.full = data.window.map(t => t / section.perUnit);
    section.range = section.full.slice();
    section.rangeShown = document.querySelector(`#${data.id} .range`);
    const count = data.groups.length;
    const load = name => decode(`${data.id}-${name}`);
    section.rates = slices(await load('rates'), count);
    section.smoothed = slices(await load('smoothed'), count);
    section.requested = data.hasRequested ? slices(await load('asked'), count) : [];
    section.curveMs = data.hasRequested ? await load('curve-ms') : [];
    section.curves = data.hasRequested ? slices(await load('curve-hz'), count) : [];
    const bins = count ? section.rates[0].length : 0;
    section.binCentres = Array.from({length: bins}, (_, i) => {
      const from = data.window[0] + i * data.binMs;
      return (from + Math.min(from + data.binMs, data.window[1])) / 2 / section.perUnit;
    });
    section.raster = {...data.raster, ticks: await load('ticks'), rows: await load('rows'), ids: await load('ids')};
    sections.push(section);
    hideDwarfingBins(section);

    if (data.hasRequested) drawRequested(section);
    drawRaster(section);
    drawRates(section);
    section.groups.forEach((group, i) => { if (group.histogram.nodes.length) drawHistogram(section, group, i); });
    drawBoxes(section);
    drawIntervals(section);
    drawCounts(section);
    setRange(section, ...section.full);
    connect(section);
  }

  function connect(section) {
    const root = document.getElementById(section.id);
    root.querySelectorAll('[data-zoom]').forEach(button => button.addEventListener('click', () => zoom(section, button.dataset.zoom)));
    root.querySelectorAll('[data-group]').forEach(box => box.addEventListener('change', () => {
      section.visible[+box.dataset.group] = box.checked;
      applyVisibility(section);
    }));
    root.querySelectorAll('[data-kind]').forEach(box => box.addEventListener('change', () => {
      section.kinds[box.dataset.kind] = box.checked;
      applyVisibility(section);
    }));
    root.querySelectorAll('figure').forEach(figure => {
      const details = figure.querySelector('details');
      details?.addEventListener('toggle', () => fillTable(details, figure.id, section));
    });
  }

  function applyVisibility(section) {
    for (const [id, chart] of charts) {
      if (!id.startsWith(section.id + '-')) continue;
      chart.batch(() => chart.series.forEach((series, i) => {
        if (series.group == null) return;
        const wanted = section.visible[series.group] && (!series.kind || section.kinds[series.kind]);
        if (series.show !== wanted) chart.setSeries(i, {show: wanted});
      }));
      if (id.endsWith('-raster')) chart.redraw();
    }
  }

  function colourSwatches() {
    document.querySelectorAll('[data-swatch]').forEach(swatch => {
      const colour = groupColour(+swatch.dataset.swatch);
      let at = 0;
      const stripes = groupDash(+swatch.dataset.swatch).map((length, i) => {
        const from = at;
        at += length;
        return `${i % 2 ? 'transparent' : colour} ${from}px ${at}px`;
      });
      swatch.style.background = stripes.length ? `repeating-linear-gradient(90deg, ${stripes.join(', ')})` : colour;
    });
  }

  function refresh() {
    colourSwatches();
    for (const [id, chart] of charts) {
      const host = document.querySelector(`#${id} .plot`);
      const width = widthOf(host);
      if (chart.width !== width) chart.setSize({width, height: chart.height});
      chart.redraw(false, true);
    }
  }

  function setPrint(on) {
    isPrint = on;
    document.documentElement.classList.toggle('printing', on);
    refresh();
  }
  printing.addEventListener('change', event => setPrint(event.matches));
  addEventListener('beforeprint', () => setPrint(true));
  addEventListener('afterprint', () => setPrint(false));
  prefersDark.addEventListener('change', refresh);
  document.getElementById('theme').addEventListener('click', () => {
    document.documentElement.dataset.theme = themeName() === 'dark' ? 'light' : 'dark';
    refresh();
  });
  let pending = 0;
  addEventListener('resize', () => {
    cancelAnimationFrame(pending);
    pending = requestAnimationFrame(refresh);
  });

  async function start() {
    colourSwatches();
    for (const data of model.sections) {
      await open(data);
      await new Promise(done => setTimeout(done));  // what is drawn can be used while the rest is drawn
    }
    document.documentElement.classList.add('drawn');
  }

  // For tests, and for whoever wants the numbers: everything that is drawn can be read here.
  window.stimgenReport = {model, sections, charts, ready: start(), setRange, zoom};
})();
