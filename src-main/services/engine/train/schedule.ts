/**
 * Learning rate of an epoch (from 1): exponential decay, `gamma` an epoch, as PyTorch's ExponentialLR stepped after each epoch.
 */
export function learningRateOf(epoch: number, settings: { learningRate: number; gamma: number }): number {
  return settings.learningRate * settings.gamma ** (epoch - 1);
}
