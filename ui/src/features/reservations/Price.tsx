import { useText } from '../../lib/i18n';
import type { PriceView } from '../../lib/ipc';
import { money } from '../../lib/money';
import styles from './Days.module.css';

/** « Pourquoi ce prix ? »: quotient, band, formula, reductions, in words. */
export function WhyThisPrice({ price, of }: { price: PriceView; of: string }) {
  const { t, locale } = useText();
  return (
    <details className={styles.why}>
      <summary aria-label={`${t('reservations.why')} ${of}`}>{t('reservations.why')}</summary>
      <ul>
        <li>
          {price.noProof || price.quotient === null
            ? t('reservations.why.noProof')
            : t('reservations.why.quotient', { quotient: price.quotient })}
        </li>
        {price.bandFrom !== null && (
          <li>
            {price.bandTo === null
              ? t('reservations.why.lastBand', { from: price.bandFrom })
              : t('reservations.why.band', { from: price.bandFrom, to: price.bandTo })}
          </li>
        )}
        {price.parts.map((part) => (
          <li key={part.name}>{t('reservations.why.part', { name: part.name, price: money(part.cents, locale) })}</li>
        ))}
        {price.adjustments.map((one) => (
          <li key={`${one.kind}-${one.name}`}>
            {t('reservations.why.part', {
              name: one.name ?? t(one.kind === 'siblings' ? 'reservations.why.siblings' : 'reservations.why.other'),
              price: money(one.cents, locale),
            })}
          </li>
        ))}
        {price.tariff && <li>{t('reservations.why.tariff', { name: price.tariff })}</li>}
      </ul>
    </details>
  );
}
