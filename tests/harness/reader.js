// What a screen reader would call the elements of the page: a role and a name for each, near enough to
// the accessible name computation for this application's own markup.

// One kind of apostrophe and of blank, so that tests are written with a keyboard's.
function preauPlain(text) {
  return text.replace(/\u2019/g, "'").replace(/\s+/g, ' ').trim();
}

function preauVisible(element) {
  if (element.closest('[aria-hidden="true"], [hidden], [inert]')) return false;
  const style = getComputedStyle(element);
  return style.visibility !== 'hidden' && style.display !== 'none' && element.getClientRects().length > 0;
}

function preauRole(element) {
  const said = element.getAttribute('role');
  if (said) return said.split(' ')[0];
  const tag = element.tagName.toLowerCase();
  const type = (element.getAttribute('type') || 'text').toLowerCase();
  if (tag === 'input') {
    if (element.hasAttribute('list')) return 'combobox';
    const roles = { checkbox: 'checkbox', radio: 'radio', button: 'button', submit: 'button', range: 'slider' };
    return roles[type] || (type === 'hidden' ? '' : 'textbox');
  }
  if (tag === 'a') return element.hasAttribute('href') ? 'link' : '';
  if (tag === 'section') return element.hasAttribute('aria-label') || element.hasAttribute('aria-labelledby') ? 'region' : '';
  const roles = {
    button: 'button', summary: 'button', textarea: 'textbox', select: 'combobox', option: 'option', h1: 'heading',
    h2: 'heading', h3: 'heading', h4: 'heading', nav: 'navigation', main: 'main', header: 'banner',
    footer: 'contentinfo', dialog: 'dialog', ul: 'list', ol: 'list', li: 'listitem', img: 'img', form: 'form',
    fieldset: 'group', table: 'table', aside: 'complementary', output: 'status',
  };
  return roles[tag] || '';
}

function preauText(node) {
  if (node.nodeType === Node.TEXT_NODE) return node.data;
  if (node.nodeType !== Node.ELEMENT_NODE) return '';
  if (node.getAttribute('aria-hidden') === 'true' || node.hidden) return '';
  if (node.hasAttribute('aria-label')) return ` ${node.getAttribute('aria-label')} `;
  if (node.tagName === 'IMG') return ` ${node.alt} `;
  const inside = Array.from(node.childNodes).map(preauText).join('');
  return getComputedStyle(node).display.startsWith('inline') ? inside : ` ${inside} `;
}

function preauName(element) {
  const by = element.getAttribute('aria-labelledby');
  let name = '';
  if (by) {
    name = by.split(/\s+/).map((id) => document.getElementById(id)).filter(Boolean).map(preauText).join(' ');
  } else if (element.hasAttribute('aria-label')) {
    name = element.getAttribute('aria-label');
  } else if (element.labels && element.labels.length > 0) {
    name = Array.from(element.labels).map(preauText).join(' ');
  } else if (element.tagName === 'FIELDSET' && element.querySelector('legend')) {
    name = preauText(element.querySelector('legend'));
  } else if (element.tagName === 'IMG') {
    name = element.alt;
  } else if (element.tagName === 'INPUT') {
    name = element.value && ['button', 'submit'].includes(element.type) ? element.value : element.title;
  } else {
    name = preauText(element);
  }
  return preauPlain(name || '');
}

function preauAll() {
  return Array.from(document.querySelectorAll('body *')).filter((element) => preauRole(element) !== '' && preauVisible(element));
}

function preauFind(role, name) {
  const fits = preauAll().filter((element) => preauRole(element) === role);
  const named = fits.map((element) => [element, preauName(element)]);
  const exact = named.find(([, called]) => called === name);
  const part = named.find(([, called]) => called.includes(name));
  return (exact || part || [null])[0];
}

// Whether no part of the element can be seen: out of the window, or under something else (WCAG 2.4.11).
function preauCovered(element) {
  const box = element.getBoundingClientRect();
  const places = [0.1, 0.5, 0.9].flatMap((x) => [0.2, 0.5, 0.8].map((y) => [box.left + box.width * x, box.top + box.height * y]));
  return !places.some(([x, y]) => {
    const seen = document.elementFromPoint(x, y);
    return element.contains(seen);
  });
}

function preauFocused() {
  const element = document.activeElement || document.body;
  const { left, top, bottom } = element.getBoundingClientRect();
  const over = document.elementFromPoint(left + 5, (top + bottom) / 2);
  const where = `${Math.round(top)}–${Math.round(bottom)} of ${innerHeight}, under ${over && over.outerHTML.slice(0, 80)}`;
  return { role: preauRole(element), name: preauName(element), hidden: preauCovered(element), where };
}

function preauOutline() {
  return preauAll().map((element) => `  ${preauRole(element)} « ${preauName(element).slice(0, 80)} »`).join('\n');
}
