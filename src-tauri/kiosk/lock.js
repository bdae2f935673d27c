// In a kiosk's window: no menu of the engine's, nothing dragged out or dropped in, no shortcut that leads elsewhere.
// Before any page, so that not even one that fails offers a way out.
(() => {
  const stop = (event) => event.preventDefault();
  for (const name of ['contextmenu', 'dragstart', 'dragover', 'drop', 'auxclick']) {
    addEventListener(name, stop, { capture: true });
  }
  const withControl = new Set(['f', 'g', 'i', 'j', 'n', 'o', 'p', 'r', 's', 't', 'u', 'w']);
  addEventListener(
    'keydown',
    (event) => {
      const control = (event.ctrlKey || event.metaKey) && withControl.has(event.key.toLowerCase());
      const back = event.altKey && (event.key === 'ArrowLeft' || event.key === 'ArrowRight');
      if (control || back || /^F\d+$/.test(event.key)) stop(event);
    },
    { capture: true },
  );
  for (const name of ['close', 'open', 'print']) {
    Object.defineProperty(window, name, { value: () => null });
  }
})();
