import { useEffect, useRef, useState } from 'react';
import { Button } from '../../components/Button';
import { Dialog } from '../../components/Dialog';
import { Hidden } from '../../components/Hidden';
import { Actions } from '../../components/Page';
import { useText } from '../../lib/i18n';
import { backend, onKioskCountdown } from '../../lib/ipc';
import { useKiosk } from '../../lib/kiosk';
import { onUse } from '../../lib/presence';
import styles from './Kiosk.module.css';
import { useEndSession } from './useEndSession';

/** How often the page says that it lives. */
const heartbeat = 5_000;
/** Touches closer together than this are one. */
const oneTouch = 1_000;
/** When the seconds left are read out: each one would drown the rest. */
const readOut = [0, 5, 10, 20];

/** What a kiosk's page owes its supervisor: signs of life and of people, and the countdown that the supervisor decides. */
export function KioskWatch() {
  return useKiosk() ? <Watch /> : null;
}

// A supervisor that does not listen is gone, and this window with it.
const say = (signal: Parameters<typeof backend.kioskSignal>[0]): void => {
  backend.kioskSignal(signal).catch(() => undefined);
};

function Watch() {
  useEffect(() => {
    say('alive');
    const beats = setInterval(() => say('alive'), heartbeat);
    const stop = onUse(oneTouch, () => say('touched'));
    return () => {
      clearInterval(beats);
      stop();
    };
  }, []);
  const left = useCountdown();
  return left === null ? null : <Countdown seconds={left} />;
}

/** The seconds left, once the supervisor has said so; it alone decides when they are over. */
function useCountdown(): number | null {
  const [left, setLeft] = useState<number | null>(null);
  useEffect(() => onKioskCountdown(setLeft), []);
  const counts = left !== null && left > 0;
  useEffect(() => {
    if (!counts) return;
    const second = setInterval(() => setLeft((seconds) => (seconds === null ? null : Math.max(0, seconds - 1))), 1_000);
    return () => clearInterval(second);
  }, [counts]);
  return left;
}

function Countdown({ seconds }: { seconds: number }) {
  const { t } = useText();
  const { end, busy } = useEndSession();
  const goOn = useRef<HTMLButtonElement>(null);
  useEffect(() => goOn.current?.focus(), []);
  // What is read out when the dialog comes does not change afterwards.
  const [start] = useState(seconds);
  const mark = readOut.find((left) => seconds <= left && left < start);
  return (
    // Only « Continuer » keeps the session open: not a press beside it, which may be somebody else's.
    <Dialog
      open
      title={t('kiosk.countdown.title')}
      role="alertdialog"
      describedBy="countdown-start countdown-words"
      onClose={() => undefined}
    >
      <p className={styles.seconds} role="timer">
        {t('kiosk.countdown.left', { seconds })}
      </p>
      <p id="countdown-words">{t('kiosk.countdown.words')}</p>
      <span id="countdown-start" hidden>
        {t('kiosk.countdown.left', { seconds: start })}
      </span>
      <Hidden live>{mark === undefined ? '' : t('kiosk.countdown.left', { seconds: mark })}</Hidden>
      <Actions>
        <Button busy={busy} onClick={end}>
          {t('kiosk.end')}
        </Button>
        <Button ref={goOn} look="primary" onClick={() => say('continue')}>
          {t('kiosk.countdown.continue')}
        </Button>
      </Actions>
    </Dialog>
  );
}
