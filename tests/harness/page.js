// What is wrong with how the page is laid out: text cut off, and a page wider than its window.

function preauHides(style) {
  return ['hidden', 'clip'].includes(style.overflowX) || ['hidden', 'clip'].includes(style.overflowY);
}

// Text for screen readers only is kept in a box of a pixel on purpose.
function preauForReadersOnly(box, style) {
  return box.width <= 2 || box.height <= 2 || style.clipPath === 'inset(50%)' || style.clip === 'rect(0px, 0px, 0px, 0px)';
}

function preauCut(text, element) {
  const range = document.createRange();
  range.selectNodeContents(text);
  const rects = Array.from(range.getClientRects()).filter((rect) => rect.width > 0 && rect.height > 0);
  for (let around = element; around && around !== document.documentElement; around = around.parentElement) {
    const style = getComputedStyle(around);
    const box = around.getBoundingClientRect();
    if (!preauHides(style)) continue;
    if (preauForReadersOnly(box, style)) return false;
    // An ellipsis is a choice, as long as the whole text can be had.
    if (style.textOverflow === 'ellipsis' && around.title) return false;
    const outside = (rect) =>
      (['hidden', 'clip'].includes(style.overflowX) && (rect.right > box.right + 1 || rect.left < box.left - 1)) ||
      (['hidden', 'clip'].includes(style.overflowY) && (rect.bottom > box.bottom + 2 || rect.top < box.top - 2));
    if (rects.some(outside)) return true;
  }
  return rects.some((rect) => rect.right > document.documentElement.clientWidth + 1 || rect.left < -1) && !preauScrolls(element);
}

function preauScrolls(element) {
  for (let around = element; around && around !== document.body; around = around.parentElement) {
    if (['auto', 'scroll'].includes(getComputedStyle(around).overflowX)) return true;
  }
  return false;
}

function preauLayoutFaults() {
  const faults = [];
  const page = document.scrollingElement;
  if (page.scrollWidth > page.clientWidth) {
    faults.push(`the page is ${page.scrollWidth} px wide in a window of ${page.clientWidth}`);
  }
  for (const element of document.querySelectorAll('main, [role="main"], body > *')) {
    if (element.scrollWidth > element.clientWidth + 1 && ['auto', 'scroll'].includes(getComputedStyle(element).overflowX)) {
      faults.push(`${element.tagName.toLowerCase()} scrolls sideways`);
    }
  }
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const text = texts.currentNode;
    const element = text.parentElement;
    if (!text.data.trim() || !element || element.closest('[hidden], script, style, svg')) continue;
    const style = getComputedStyle(element);
    if (style.visibility === 'hidden' || style.display === 'none') continue;
    if (preauCut(text, element)) faults.push(`cut off: « ${text.data.trim().slice(0, 60)} »`);
  }
  return faults;
}
