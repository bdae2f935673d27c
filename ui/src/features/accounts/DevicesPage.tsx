import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Laptop } from 'lucide-react';
import { useState } from 'react';
import { BackLink } from '../../components/BackLink';
import { Badge } from '../../components/Badge';
import { Button } from '../../components/Button';
import { Confirm } from '../../components/Confirm';
import { Notice } from '../../components/Notice';
import { Page } from '../../components/Page';
import { PageTitle } from '../../components/PageTitle';
import { ago, moment } from '../../lib/dates';
import { nowKnown } from '../../lib/freshness';
import { useText } from '../../lib/i18n';
import { backend, type DeviceView } from '../../lib/ipc';
import { spaceKey, useSpace, useSpaceQuery } from '../../lib/session';
import { useNow } from '../../lib/useNow';
import styles from './Account.module.css';
import { Online } from './Online';

/** Where the account is signed in, as the town's server knows it. */
export function DevicesPage() {
  const { t } = useText();
  const devices = useSpaceQuery(['devices'], backend.devices);
  return (
    <Page narrow>
      <PageTitle lead={t('account.devices.lead')}>{t('account.devices.title')}</PageTitle>
      <BackLink to="/compte" />
      <Online query={devices}>{(list) => <Devices devices={list} />}</Online>
    </Page>
  );
}

function Devices({ devices }: { devices: readonly DeviceView[] }) {
  const { t } = useText();
  const client = useQueryClient();
  const { profile } = useSpace();
  const [leaving, setLeaving] = useState<DeviceView | null>(null);
  const letGo = useMutation({
    mutationFn: (device: DeviceView) => backend.letDeviceGo(device.id),
    onSuccess: (left) => nowKnown(client, spaceKey(profile.id, 'devices'), left),
  });
  return (
    <>
      {letGo.isSuccess && (
        <Notice tone="success" announce>
          {t('account.devices.done', { label: letGo.variables.label })}
        </Notice>
      )}
      <ul className={styles.items}>
        {devices.map((device) => (
          <Device key={device.id} device={device} onLetGo={() => setLeaving(device)} />
        ))}
      </ul>
      <p className={styles.second}>{t(devices.length > 1 ? 'account.devices.here' : 'account.devices.alone')}</p>
      <Confirm
        open={leaving !== null}
        title={t('account.devices.letGoTitle')}
        action={t('account.devices.letGoAction')}
        harmless
        busy={letGo.isPending}
        failure={letGo.error}
        onConfirm={() => leaving && letGo.mutate(leaving, { onSuccess: () => setLeaving(null) })}
        onClose={() => {
          letGo.reset();
          setLeaving(null);
        }}
      >
        <p>
          <strong>{leaving?.label}</strong>
        </p>
        <p>{t('account.devices.letGoWords')}</p>
        <p>{t('account.devices.letGoStays')}</p>
      </Confirm>
    </>
  );
}

function Device({ device, onLetGo }: { device: DeviceView; onLetGo: () => void }) {
  const { t, locale } = useText();
  const when = ago(device.lastSeenAt, useNow(), locale, 'long');
  const seen = when === null ? t('account.devices.seenNow') : t('account.devices.seen', { when });
  return (
    <li className={styles.item}>
      <div className={styles.head}>
        <Laptop size="1.375rem" aria-hidden="true" />
        <div className={styles.who}>
          <p className={styles.name}>
            {device.label} {device.current && <Badge tone="success">{t('account.devices.current')}</Badge>}
          </p>
          <p>{seen}</p>
          <p className={styles.second}>{t('account.devices.since', { when: moment(device.since, locale) })}</p>
        </div>
        {!device.current && (
          <Button label={t('account.devices.letGoLabel', { label: device.label, seen })} onClick={onLetGo}>
            {t('account.devices.letGo')}
          </Button>
        )}
      </div>
    </li>
  );
}
