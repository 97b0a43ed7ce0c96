'use strict';
// The page is whole without this: it adds filters, sorting, and what print and narrow windows need.
(() => {
  const all = (selector, within) => Array.from((within || document).querySelectorAll(selector));
  const byId = (id) => document.getElementById(id);

  // A link into a fold opens it.
  const reveal = () => {
    // The page's own anchors need no decoding.
    const target = byId(location.hash.slice(1));
    if (!target) return;
    for (let fold = target.closest('details'); fold; fold = fold.parentElement.closest('details')) fold.open = true;
    target.scrollIntoView();
  };
  addEventListener('hashchange', reveal);

  // What is folded is printed all the same, and folded again after.
  let opened = [];
  addEventListener('beforeprint', () => {
    opened = all('details:not([open])');
    opened.forEach((fold) => { fold.open = true; });
  });
  addEventListener('afterprint', () => {
    opened.forEach((fold) => { fold.open = false; });
    opened = [];
  });

  // A table that scrolls can be reached by keyboard. What is folded has no size to ask for.
  const scrollers = (within) => {
    const boxes = all('.scroll', within).filter((box) => !box.closest('details:not([open])'));
    const scrolls = boxes.map((box) => box.scrollWidth > box.clientWidth + 1);
    boxes.forEach((box, at) => {
      if (scrolls[at]) {
        box.tabIndex = 0;
        // A group and no region: a page of a thousand grants would have a thousand landmarks.
        box.setAttribute('role', 'group');
        box.setAttribute('aria-label', box.querySelector('caption').textContent.trim().slice(0, 80));
      } else {
        ['tabindex', 'role', 'aria-label'].forEach((name) => box.removeAttribute(name));
      }
    });
  };
  const narrow = matchMedia('(max-width: 60rem)');
  narrow.addEventListener('change', () => scrollers());

  // Sorting: by number where every cell is one, else by text; three presses lead back to the order of the report.
  const compare = new Intl.Collator('en', { numeric: true, sensitivity: 'base' }).compare;
  const key = (row, column) => row.cells[column].textContent.trim();
  const sort = (table, column, head) => {
    const body = table.tBodies[0];
    const before = head.getAttribute('aria-sort');
    const numbers = head.classList.contains('n');
    const first = numbers ? 'descending' : 'ascending';
    const second = numbers ? 'ascending' : 'descending';
    const now = before === first ? second : before === second ? null : first;
    all('th[aria-sort]', table.tHead).forEach((other) => other.removeAttribute('aria-sort'));
    const rows = Array.from(body.rows);
    rows.forEach((row, at) => { if (row.order === undefined) row.order = at; });
    if (now) head.setAttribute('aria-sort', now);
    const keys = new Map(rows.map((row) => [row, key(row, column)]));
    const sign = now === 'descending' ? -1 : 1;
    rows.sort((a, b) => {
      if (!now) return a.order - b.order;
      const [x, y] = [keys.get(a), keys.get(b)];
      const order = numbers ? Number(x) - Number(y) : compare(x, y);
      return sign * order || a.order - b.order;
    });
    body.append(...rows);
  };
  all('table.sortable').forEach((table) => {
    all('th', table.tHead).forEach((head, column) => {
      const button = document.createElement('button');
      button.type = 'button';
      button.append(...head.childNodes);
      head.append(button);
      button.addEventListener('click', () => sort(table, column, head));
    });
  });

  // Filters.
  const form = byId('filter');
  const [text, app, verdict, severity] = ['f-text', 'f-app', 'f-verdict', 'f-severity'].map(byId);
  const status = byId('f-status');
  const sections = all('.app').map((section) => ({
    section,
    name: section.querySelector('h3').textContent.trim(),
    rows: all('tbody > tr', section),
    said: all(':scope > .said, :scope > .grant > .said', section),
    grants: all(':scope > .grant', section),
    open: section.open,
  }));
  const lines = new Map(all('#overview [data-section]').map((line) => [line.dataset.section, line]));
  const texts = new WeakMap();
  const textOf = (element) => {
    let found = texts.get(element);
    if (found === undefined) {
      found = element.textContent.toLowerCase();
      texts.set(element, found);
    }
    return found;
  };
  const show = (element, shown) => {
    if (shown === element.hasAttribute('data-hidden')) element.toggleAttribute('data-hidden', !shown);
    return shown ? 1 : 0;
  };
  const ofSeverity = (element) => ['error', 'warning', 'note'].find((word) => element.classList.contains(word)) || 'none';

  const total = sections.reduce((sum, { rows }) => sum + rows.length, 0);
  const filter = () => {
    const words = text.value.toLowerCase().split(/\s+/).filter(Boolean);
    const filtering = words.length > 0 || app.value !== '' || verdict.value !== '' || severity.value !== '';
    let shownApps = 0;
    let shownRows = 0;
    sections.forEach(({ section, name, rows, said, grants, open }, at) => {
      const mine = app.value === '' || app.value === String(at);
      const named = name.toLowerCase();
      const matches = (element) => words.every((word) => named.includes(word) || textOf(element).includes(word));
      let here = 0;
      for (const row of rows) {
        const fits = mine
          && (verdict.value === '' || row.dataset.v === verdict.value)
          && (severity.value === '' || row.dataset.s === severity.value)
          && matches(row);
        here += show(row, fits);
      }
      let remarks = 0;
      for (const element of said) {
        const fits = mine && verdict.value === '' && (severity.value === '' || ofSeverity(element) === severity.value)
          && matches(element);
        remarks += show(element, fits);
      }
      for (const grant of grants) {
        show(grant, !filtering || grant.querySelector('tbody > tr:not([data-hidden]), :scope > .said:not([data-hidden])') !== null);
      }
      const fits = here + remarks > 0 || (mine && !filtering);
      show(section, fits);
      section.open = filtering ? fits && (sections.length <= 40 || app.value !== '') : open;
      const line = lines.get(section.id);
      if (line) show(line, fits);
      shownApps += fits ? 1 : 0;
      shownRows += here;
    });
    status.textContent = filtering
      ? `Showing ${shownRows} of ${total} scopes in ${shownApps} of ${sections.length} applications.`
      : '';
  };
  if (sections.length > 0 && total > 0) {
    sections.forEach(({ name }, at) => app.append(new Option(name, String(at))));
    let waiting;
    form.addEventListener('input', () => {
      clearTimeout(waiting);
      waiting = setTimeout(filter, sections.length > 40 || total > 500 ? 120 : 0);
    });
    form.addEventListener('reset', () => setTimeout(filter));
    form.addEventListener('submit', (event) => event.preventDefault());
    form.hidden = false;
  }
  all('.app').forEach((section) => section.addEventListener('toggle', () => narrow.matches && scrollers(section)));
  if (narrow.matches) scrollers();
  reveal();
})();
