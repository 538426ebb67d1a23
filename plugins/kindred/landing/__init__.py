"""Landing: pull loads from a vendor's API and write each as a batch.

extraction.py    run the extractions of loads that share one
batch_writer.py  write the pages of one load as a batch of `landing.<load>`
contracts/       hold records against row contracts: typed rows, refusals, unexpected fields
raw_reader.py    what raw already holds, for an extraction that looks before it asks
"""
