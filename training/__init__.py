"""Train the scorer's weights from public labelled texts and a few of the project's own.

data ▸ corpus (one matrix of features, one of targets) ▸ fit (linear heads) ▸ calibration
(probabilities that mean what they say) ▸ weights file ▸ evaluation (the figures of the model card).
"""
