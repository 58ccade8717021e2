"""WHAT COMES IN AND WHAT IS ANSWERED: letters and their runs, receipts, answers, versions of messages, uploads."""
