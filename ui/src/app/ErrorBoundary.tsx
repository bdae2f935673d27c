import { Component, type ReactNode } from 'react';
import { Fault } from './Fault';

/** The last net: whatever breaks in the window ends on a page that says what to do. */
export class ErrorBoundary extends Component<{ children: ReactNode }, { broken: boolean }> {
  override state = { broken: false };

  static getDerivedStateFromError() {
    return { broken: true };
  }

  override render() {
    return this.state.broken ? <Fault /> : this.props.children;
  }
}
