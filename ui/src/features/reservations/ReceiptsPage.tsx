import { BackLink } from '../../components/BackLink';
import { Badge } from '../../components/Badge';
import { Loaded } from '../../components/Loaded';
import { Card, Page } from '../../components/Page';
import { PageTitle } from '../../components/PageTitle';
import { Line, Rows } from '../../components/Rows';
import { useText } from '../../lib/i18n';
import type { ReceiptView } from '../../lib/ipc';
import styles from './Days.module.css';
import { useReceipts } from './useReservations';
import { instant } from './words';

/** « Mes récépissés »: everything that was asked, the latest first. */
export function ReceiptsPage() {
  const { t } = useText();
  const receipts = useReceipts();
  return (
    <Page>
      <BackLink to="/reservations" />
      <PageTitle>{t('reservations.receipts.title')}</PageTitle>
      <Loaded query={receipts}>
        {(view) =>
          view.length === 0 ? (
            <Card>
              <p>{t('reservations.receipts.none')}</p>
            </Card>
          ) : (
            <Card>
              <Rows>
                {view.map((receipt) => (
                  <Line key={receipt.id} to={`/recepisses/${receipt.id}`} action={t('reservations.receipts.read')}>
                    <Words receipt={receipt} />
                  </Line>
                ))}
              </Rows>
            </Card>
          )
        }
      </Loaded>
    </Page>
  );
}

function Words({ receipt }: { receipt: ReceiptView }) {
  const { t, locale } = useText();
  const refused = receipt.lines.filter((line) => line.verdict?.type === 'refused').length;
  return (
    <span className={styles.words}>
      <span className={styles.date}>{`${receipt.periodName} · ${receipt.number}`}</span>
      <span className={styles.second}>
        {receipt.at ? instant(receipt.at, locale) : t('reservations.receipt.waiting')} ·{' '}
        {t('reservations.receipts.days', { count: receipt.lines.length })}{' '}
        {receipt.at === null && <Badge tone="attention">{t('reservations.cell.toSend')}</Badge>}
        {refused > 0 && <Badge tone="danger">{t('reservations.receipts.refused', { count: refused })}</Badge>}
      </span>
    </span>
  );
}
