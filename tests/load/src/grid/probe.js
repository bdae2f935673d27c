// What the benchmark of the grid puts into the page through the window's driver, and reads afterwards: when an input came, and
// when what it does was painted. A frame is painted right after its callbacks, in the same turn of the engine's
// loop: what a callback puts off is taken to come when it is painted (a message to itself came later). The engine gives times in
// whole milliseconds.

(() => {
  const afterPainting = (then) => setTimeout(then, 0);
  let waiting = null;
  const nextFrame = (then) => {
    if (waiting) {
      waiting.push(then);
      return;
    }
    waiting = [then];
    requestAnimationFrame(() => {
      const these = waiting;
      waiting = null;
      const begun = performance.now();
      // Style and layout are due now anyway; asked for here, they can be told from painting.
      void document.body.offsetHeight;
      const laid = performance.now();
      afterPainting(() => {
        const frame = [begun, laid, performance.now()];
        for (const one of these) one(frame);
      });
    });
  };

  const boxes = () => Array.from(document.querySelectorAll('main table input[type="checkbox"]'));
  const total = () => Array.from(document.querySelectorAll('main p')).find((line) => line.textContent.startsWith('Total'));
  const cents = (text) => Number(text.replace(/\D/g, ''));

  // An opening: from what somebody does, through what is asked of the program, to the frame in which the window is full, and on to
  // that with all the boxes.
  let awaited = null;
  const rows = () => document.querySelectorAll('main tr[data-cell]');
  // Another table than before.
  const isDrawn = () => rows().length > 0 && rows()[0] !== awaited.before;
  const fills = () => isDrawn() && total() && (boxes().length === awaited.boxes || [...rows()].at(-1).getBoundingClientRect().top > innerHeight);
  const look = () => {
    const begun = performance.now();
    if (!awaited.filled && fills()) {
      // As above.
      const filled = { begun, laid: performance.now() };
      awaited.filled = filled;
      afterPainting(() => {
        filled.painted = performance.now();
      });
    }
    if (!awaited.filled || boxes().length !== awaited.boxes) {
      requestAnimationFrame(look);
      return;
    }
    const { since, asked, read, drawn, filled } = awaited;
    awaited = null;
    afterPainting(() => {
      probe.opened = {
        took: filled.painted - since,
        asked: asked - since,
        read: read - asked,
        drawn: drawn - (read ?? since),
        waited: filled.begun - drawn,
        laid: filled.laid - filled.begun,
        painted: filled.painted - filled.laid,
        whole: performance.now() - since,
      };
    });
  };
  const begin = (since) => {
    awaited.since = since;
    const drawing = new MutationObserver(() => {
      if (!isDrawn()) return;
      drawing.disconnect();
      awaited.drawn = performance.now();
    });
    drawing.observe(document.body, { subtree: true, childList: true });
    requestAnimationFrame(look);
  };
  // The page asks the program by addresses of its own.
  const ask = window.fetch;
  window.fetch = async (address, ...rest) => {
    const opening = awaited?.since != null && String(address).endsWith('booking_grid') ? awaited : null;
    if (opening) opening.asked ??= performance.now();
    const answer = await ask(address, ...rest);
    if (!opening) return answer;
    const body = await answer.text();
    opening.read ??= performance.now();
    return new Response(body, { status: answer.status, headers: answer.headers });
  };

  const probe = {
    opened: null,
    ticks: [],
    kept: null,

    /** The next click, or going back, is to show another table, of so many boxes. */
    opens(count) {
      probe.opened = null;
      awaited = { boxes: count, before: rows()[0], since: null };
    },

    /** One page back, as a key or a button of the mouse does; nothing of the page hears it. */
    back() {
      begin(performance.now());
      history.back();
    },

    /** Every box as people call it, row after row. */
    names: () => boxes().map((box) => box.getAttribute('aria-label')),

    /** Where a box is: the child and day of its row, and its place among the row's units. */
    place(name) {
      const box = boxes().find((one) => one.getAttribute('aria-label') === name);
      const row = box.closest('tr');
      return { row: row.dataset.cell, unit: Array.from(row.querySelectorAll('input')).indexOf(box), on: box.checked };
    },

    bring(name) {
      boxes().find((box) => box.getAttribute('aria-label') === name).scrollIntoView({ block: 'center' });
    },

    /** What the client keeps of the grid, asked as the page asks it. */
    ask() {
      const periodId = location.href.match(/reservations\/([0-9a-f-]{36})/)[1];
      window.__TAURI_INTERNALS__.invoke('booking_grid', { periodId }).then((grid) => {
        probe.kept = grid;
      });
    },

    /** What the page shows. */
    page: () => ({
      checked: boxes()
        .filter((box) => box.checked)
        .map((box) => box.getAttribute('aria-label')),
      total: cents(total().textContent.split(/Total/)[1]),
      prices: Array.from(document.querySelectorAll('main tr[data-cell] td:last-child')).map((price) => cents(price.textContent)),
    }),
  };

  const tick = (event) => {
    const box = event.target;
    const now = { input: event.timeStamp, heard: performance.now(), frames: [] };
    const [on, line] = [box.checked, total()];
    probe.ticks.push(now);
    nextFrame((frame) => {
      now.frames.push(frame);
      now.box = box.checked === on ? frame.at(-1) : null;
    });
    const price = new MutationObserver(() => {
      price.disconnect();
      now.answered = performance.now();
      nextFrame((frame) => {
        if (!now.frames.includes(frame)) now.frames.push(frame);
        now.total = box.checked === on ? frame.at(-1) : null;
      });
    });
    price.observe(line, { subtree: true, characterData: true, childList: true });
  };

  addEventListener(
    'click',
    (event) => {
      if (awaited && awaited.since === null) begin(event.timeStamp);
      else if (event.target instanceof HTMLInputElement) tick(event);
    },
    true,
  );
  // After everything that the page does about it.
  addEventListener('click', () => {
    const last = probe.ticks.at(-1);
    if (last && last.done === undefined) last.done = performance.now();
  });

  window.preauProbe = probe;
})();
